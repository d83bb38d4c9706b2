import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Callcenter } from '../callcenter-client.js';
import { SessionStatus, Status, UserAgentStatus } from '../types.js';
import { installAudio } from './support/audio.js';
import { hash, launch, settled } from './support/scripted.js';
import { FakeConnection, FakeStream, FakeTrack, installWebRtc } from './support/webrtc.js';

/** One end of a WebSocket; the other is the test. */
class FakeSocket {
  static readonly OPEN = 1;
  static made: FakeSocket[] = [];
  readonly readyState = 1;
  readonly sent: string[] = [];
  onopen?: () => void;
  onmessage?: (event: { data: string }) => void;
  onclose?: (event: { code: number; reason: string }) => void;
  closed = false;

  constructor(
    readonly url: string,
    readonly protocol: string,
  ) {
    FakeSocket.made.push(this);
    setTimeout(() => this.onopen?.());
  }

  send(text: string): void {
    this.sent.push(text);
    if (text.startsWith('REGISTER ')) queueMicrotask(() => this.#register(text));
  }

  close(): void {
    this.closed = true;
  }

  receive(text: string): void {
    this.onmessage?.({ data: text });
  }

  /** What a registrar answers: a challenge first, then the binding. */
  #register(request: string): void {
    const copy = (name: string) => new RegExp(`^${name}: .*$`, 'm').exec(request)?.[0].trim() ?? '';
    const authorized = /^Authorization: Digest /m.test(request);
    const status = authorized ? '200 OK' : '401 Unauthorized';
    const extra = authorized
      ? copy('Contact').replace(/;expires=\d+/, '') + ';expires=600'
      : 'WWW-Authenticate: Digest realm="demo.example", nonce="n1", qop="auth", algorithm=MD5';
    const lines = [
      `SIP/2.0 ${status}`,
      copy('Via'),
      copy('From'),
      `${copy('To')};tag=r`,
      copy('Call-ID'),
      copy('CSeq'),
      extra,
    ];
    this.receive([...lines, 'Content-Length: 0', '', ''].join('\r\n'));
  }
}

const offer =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=sendrecv\r\na=fingerprint:sha-256 AA\r\n';

function invite(socket: FakeSocket): string {
  const contact = /^Contact: <([^>]+)>/m.exec(socket.sent.join('\r\n'))?.[1] ?? '';
  return [
    `INVITE ${contact} SIP/2.0`,
    'Via: SIP/2.0/WS edge.invalid;branch=z9hG4bK-1',
    'Max-Forwards: 70',
    'From: "Support" <sip:79991234567@demo.example>;tag=f',
    'To: <sip:anna@demo.example>',
    'Call-ID: c1',
    'CSeq: 1 INVITE',
    'Contact: <sip:switch@edge.invalid;transport=ws>',
    'X-Headset-Call: call-7',
    'Content-Type: application/sdp',
    `Content-Length: ${offer.length}`,
    '',
    offer,
  ].join('\r\n');
}

const wasm = readFileSync(join(import.meta.dirname, '../engine/generated/workplace.wasm'));
let telephony: Callcenter;
let requests: string[];

beforeEach(async () => {
  installAudio();
  installWebRtc();
  FakeSocket.made = [];
  requests = [];
  localStorage.clear();
  const registrars = ['r1', 'r2'].map((id, index) => ({ id, uri: `ws://${id}.example`, weight: 1, reg_id: index + 1 }));
  let status = launch.status;
  const answers: Record<string, (body: string) => object> = {
    'POST /v1/telephony/hash': () => hash,
    'GET /v1/telephony/launch': () => ({ ...launch, registrars }),
    'GET /v1/telephony/status': () => status,
    'GET /v1/telephony/registrars': () => ({ registrars, version: '1' }),
    'PUT /v1/telephony/status': (body) =>
      (status = { ...status, ...(JSON.parse(body) as object), version: status.version + 1 }),
    'POST /v1/telephony/events': () => ({ accepted: 1 }),
  };
  vi.stubGlobal('fetch', (url: string, init: RequestInit = {}) => {
    if (url.endsWith('.wasm')) return Promise.resolve(new Response(wasm));
    const name = `${init.method} ${url}`;
    requests.push(name);
    return Promise.resolve(
      new Response(JSON.stringify(answers[name]?.(String(init.body)) ?? {}), { status: answers[name] ? 200 : 404 }),
    );
  });
  vi.stubGlobal('WebSocket', FakeSocket);
  vi.stubGlobal(
    'EventSource',
    class extends EventTarget {
      close(): void {}
    },
  );
  const microphone = {
    getUserMedia: () => Promise.resolve(new FakeStream([new FakeTrack()])),
    enumerateDevices: () => Promise.resolve([]),
    addEventListener: () => undefined,
  };
  Object.defineProperty(navigator, 'mediaDevices', { value: microphone, configurable: true });
  telephony = new Callcenter({ host: '', project: 'test' });
  telephony.start();
  await vi.waitFor(() => expect(telephony.store.get('userAgent').status).toBe(UserAgentStatus.REGISTERED), 4000);
});

afterEach(async () => {
  telephony.stop();
  await settled();
  vi.unstubAllGlobals();
});

describe('the real engine', () => {
  it('registers with every registrar of the launch', async () => {
    await vi.waitFor(() =>
      expect(telephony.store.get('registrars').registrars.map(({ status }) => status)).toEqual([
        'registered',
        'registered',
      ]),
    );
    expect(FakeSocket.made.map(({ url, protocol }) => `${url} ${protocol}`).sort()).toEqual([
      'ws://r1.example sip',
      'ws://r2.example sip',
    ]);
    expect(requests.slice(0, 2).sort()).toEqual(['GET /v1/telephony/launch', 'POST /v1/telephony/hash']);
    expect(telephony.store.get('launch').data?.login).toBe('anna');
    expect(FakeSocket.made[0]?.sent[0]).toMatch(/^REGISTER sip:demo\.example SIP\/2\.0\r\n/);
    expect(FakeSocket.made[0]?.sent[1]).toContain('username="1:anna"');
  });

  it('answers the server’s keep-alive', () => {
    const [socket] = FakeSocket.made;
    socket?.receive('\r\n\r\n');
    expect(socket?.sent.at(-1)).toBe('\r\n');
  });

  it('sets the status, and the promise resolves', async () => {
    const onStatusChange = vi.fn();
    telephony.configure({ onStatusChange });
    await telephony.setStatus({ status: Status.PAUSED, sub_status: 'lunch' });
    expect(telephony.store.get('status')).toMatchObject({
      loading: false,
      data: { status: 'paused', sub_status: 'lunch', version: 2 },
    });
    await settled();
    expect(onStatusChange).toHaveBeenCalledWith('disconnected', 'paused');
  });

  it('throws nothing at a status that does not exist', async () => {
    const reported = vi.fn();
    vi.stubGlobal('reportError', reported);
    void telephony.setStatus({ status: 'asleep' as Status });
    expect(reported).toHaveBeenCalledTimes(1);
    await telephony.setStatus({ status: Status.CONNECTED });
    expect(telephony.store.get('status').data?.status).toBe('connected');
  });

  it('takes a call from the ring to the end', async () => {
    const onCallEnd = vi.fn();
    telephony.configure({ onCallEnd });
    const [socket] = FakeSocket.made;
    if (!socket) throw new Error('no socket');
    socket.receive(invite(socket));
    expect(telephony.store.get('session')).toMatchObject({
      status: SessionStatus.STARTING,
      direction: 'incoming',
      id: 'call-7',
    });
    expect(telephony.sessionEvent()?.session.remote_identity.uri.user).toBe('79991234567');
    expect(telephony.sessionEvent()?.request.getHeader('x-headset-call')).toBe('call-7');

    telephony.answer();
    await vi.waitFor(() => expect(FakeConnection.made).toHaveLength(1));
    await settled();
    FakeConnection.made[0]?.candidate(null);
    await vi.waitFor(() => expect(telephony.store.get('session').status).toBe(SessionStatus.ACTIVE));
    const answer = socket.sent.find((text) => text.startsWith('SIP/2.0 200')) ?? '';
    expect(answer).toContain('\r\n\r\nours');
    const answeredAt = telephony.store.get('session').answeredAt ?? 0;
    expect(Math.abs(Date.now() - answeredAt)).toBeLessThan(1000);

    telephony.mute(true);
    expect(telephony.store.get('session').muted).toBe(true);
    telephony.end();
    await vi.waitFor(() => expect(telephony.store.get('session').status).toBe(SessionStatus.WAITING));
    await settled();
    expect(onCallEnd.mock.calls[0]?.[0]).toMatchObject({ id: 'call-7', outcome: 'answered', originator: 'local' });
    expect(FakeConnection.made[0]?.closed).toBe(true);
  });

  it('refuses calls with the application’s reason', async () => {
    const onSessionTerminate = vi.fn();
    telephony.configure({ startSessionDisabledReason: 'Writing', onSessionTerminate });
    const [socket] = FakeSocket.made;
    if (!socket) throw new Error('no socket');
    socket.receive(invite(socket));
    await settled();
    expect(socket.sent.find((text) => text.startsWith('SIP/2.0 480'))).toMatch(/^SIP\/2\.0 480 Writing\r\n/);
    expect(onSessionTerminate.mock.calls[0]?.[0]).toMatchObject({ status_code: 480, reason_phrase: 'Writing' });
    expect(telephony.store.get('session').status).toBe(SessionStatus.WAITING);
  });
});

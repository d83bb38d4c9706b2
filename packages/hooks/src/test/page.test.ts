import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Callcenter } from '../callcenter-client.js';
import type { HttpOutput } from '../engine/contract.js';
import { SessionStatus, Status } from '../types.js';
import { FakeAudioContext, installAudio } from './support/audio.js';
import {
  CONSULT,
  END,
  EVENTS_TAKEN,
  HTTP_FAILED,
  MUTE,
  RESTORE_EVENTS,
  RESUME,
  START,
  STATUS_ARRIVED,
  STREAM_CLOSED,
  STREAM_OPENED,
  TRANSFER,
  UNLOAD,
} from '../engine/contract.js';
import { eventRecord } from './support/encode.js';
import { call, hash, launch, script, type Script, settled } from './support/scripted.js';

vi.mock('../engine/workplace.js', () => ({ loadWorkplace: undefined }));

class FakeSource extends EventTarget {
  static last: FakeSource;
  onopen?: () => void;
  onerror?: () => void;
  closed = false;
  constructor(
    readonly url: string,
    readonly init: EventSourceInit,
  ) {
    super();
    FakeSource.last = this;
  }
  close(): void {
    this.closed = true;
  }
}

let scripted: Script;
let telephony: Callcenter;
const backend = vi.fn<(url: string, init: RequestInit) => Promise<Response>>();

const event = { id: '1', name: 'call_ended', at_ms: 1, login: 'anna', fields: { outcome: 'answered' } };
const http: HttpOutput = { type: 'http', id: 3, resource: 5, rest: [eventRecord(event)] };

beforeEach(async () => {
  scripted = script();
  installAudio();
  localStorage.clear();
  backend.mockReset().mockImplementation(() => Promise.resolve(new Response('{"accepted":1}')));
  vi.stubGlobal('fetch', backend);
  vi.stubGlobal('EventSource', FakeSource);
  telephony = new Callcenter({ host: 'https://cc.example', project: 'shop', load: scripted.load });
  telephony.start();
  await settled();
});

afterEach(async () => {
  telephony.stop();
  await settled();
  vi.unstubAllGlobals();
});

describe('the page of the tab that leads', () => {
  it('carries the engine’s requests to the backend and the answers back', async () => {
    scripted.engine.say(http);
    await settled();
    expect(backend.mock.calls[0]?.[0]).toBe('https://cc.example/v1/telephony/events');
    expect(JSON.parse(String(backend.mock.calls[0]?.[1].body))).toEqual({
      events: [event],
      project: 'shop',
      env: '',
      version: '',
    });
    expect(scripted.engine.told(EVENTS_TAKEN)).toEqual([[3, '']]);
    backend.mockResolvedValue(new Response('{"code":"disabled"}', { status: 403 }));
    scripted.engine.say({ ...http, id: 4 });
    await settled();
    expect(scripted.engine.told(HTTP_FAILED)[0]?.slice(0, 3)).toEqual([4, '403', 'disabled']);
  });

  it('hears the event stream, and leaves opening it again to the engine', () => {
    scripted.engine.say({ type: 'openStream' });
    const source = FakeSource.last;
    expect([source.url, source.init.withCredentials]).toEqual(['https://cc.example/v1/telephony/stream', true]);
    source.onopen?.();
    source.dispatchEvent(Object.assign(new Event('status'), { data: '{"status":"paused"}' }));
    source.dispatchEvent(Object.assign(new Event('registrars'), { data: 'not JSON' }));
    source.onerror?.();
    expect(source.closed).toBe(true);
    expect(scripted.engine.told(STREAM_OPENED)).toHaveLength(1);
    expect(scripted.engine.told(STATUS_ARRIVED)).toEqual([[0, 'paused', '', '', '', '', '', '']]);
    expect(scripted.engine.told(STREAM_CLOSED)).toHaveLength(1);
  });

  it('asks before it is left in a call, and only then', () => {
    const leave = (): boolean => window.dispatchEvent(new Event('beforeunload', { cancelable: true }));
    expect(leave()).toBe(true);
    scripted.engine.show('session', call());
    expect(leave()).toBe(false);
    scripted.engine.show('session', { status: SessionStatus.WAITING });
    expect(leave()).toBe(true);
  });

  it('when it is left, lets the last requests outlive it', async () => {
    scripted.engine.react = (kind) => {
      if (kind === UNLOAD) scripted.engine.outputs.push(http);
    };
    window.dispatchEvent(new Event('pagehide'));
    await settled();
    expect(scripted.engine.told(UNLOAD)).toHaveLength(1);
    expect(backend.mock.calls[0]?.[1].keepalive).toBe(true);
    window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
    expect(scripted.engine.told(START)).toHaveLength(2);
  });

  it('keeps events over a reload', async () => {
    scripted.engine.say({ type: 'keepEvents', rest: [eventRecord(event)] });
    telephony.stop();
    await settled();
    telephony.start();
    await settled();
    expect(scripted.engines).toHaveLength(2);
    expect(scripted.engine.told(RESTORE_EVENTS)).toEqual([[0, eventRecord(event).join('\x1e')]]);
    const profiles = scripted.engines.map((engine) => engine.told(START)[0]?.[2]);
    expect(profiles[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(profiles[1]).toBe(profiles[0]);
  });

  it('rings for a call that comes, and plays ringback to who waits', async () => {
    const playing = (): number => FakeAudioContext.made.reduce((sum, { playing }) => sum + playing, 0);
    scripted.engine.show('session', call());
    await settled();
    expect(playing()).toBe(1);
    scripted.engine.show('session', call({ answering: true }));
    await settled();
    expect(playing()).toBe(0);
    const outgoing = call({ id: 'call-2', direction: 'outgoing' as never });
    scripted.engine.show('session', outgoing);
    await settled();
    expect(playing()).toBe(0);
    scripted.engine.show('session', { ...outgoing, queuePlace: { position: 1, waiting: 1 } });
    await settled();
    expect(playing()).toBe(1);
    scripted.engine.show('session', { ...outgoing, status: SessionStatus.ACTIVE });
    await settled();
    expect(playing()).toBe(0);
  });

  it('tells an operator on line that no call will be heard, before one comes', async () => {
    const onError = vi.fn();
    telephony.configure({ onError });
    const on = (status: Status) =>
      scripted.engine.show('status', { loading: false, data: { ...launch.status, status } });
    const isBlocked = (): boolean => telephony.store.get('devices').soundBlocked;
    FakeAudioContext.allowed = false;
    on(Status.PAUSED);
    expect(FakeAudioContext.made).toEqual([]);
    on(Status.CONNECTED);
    await vi.waitFor(() => expect(isBlocked()).toBe(true));
    await settled();
    expect(onError.mock.calls).toEqual([[expect.objectContaining({ code: 'sound_blocked' })]]);
    FakeAudioContext.allowed = true;
    window.dispatchEvent(new Event('pointerdown'));
    await vi.waitFor(() => expect(isBlocked()).toBe(false));
  });

  it('keeps the calls over a reload, for the operator whose they are, and until they have ended', async () => {
    const show = (login: string) => {
      scripted.engine.show('hash', { loading: false, data: { ...hash, login } });
      scripted.engine.show('launch', { loading: false, data: { ...launch, login } });
    };
    const reload = async () => {
      telephony.stop();
      await settled();
      telephony = new Callcenter({ host: 'https://cc.example', load: scripted.load });
      telephony.start();
      await settled();
    };
    sessionStorage.clear();
    show('anna');
    scripted.engine.say({ type: 'keepCalls', stored: 'call 1\nid x' });
    await reload();
    scripted.engine.show('hash', { loading: false, data: hash });
    expect(scripted.engine.told(RESUME)).toEqual([]);
    scripted.engine.show('launch', { loading: false, data: launch });
    scripted.engine.show('launch', { loading: false, data: launch });
    expect(scripted.engine.told(RESUME)).toEqual([[0, 'call 1\nid x']]);

    await reload();
    show('boris');
    expect(scripted.engine.told(RESUME)).toEqual([]);
    await reload();
    show('anna');
    scripted.engine.say({ type: 'keepCalls', stored: '' });
    expect(sessionStorage.length).toBe(0);
    await reload();
    show('anna');
    expect(scripted.engine.told(RESUME)).toEqual([]);
  });

  it('knows by name whom it was asking when it was loaded again, and whom it asks after', async () => {
    sessionStorage.setItem('headset:call', 'anna\nboth');
    scripted.engine.show('hash', { loading: false, data: hash });
    scripted.engine.show('launch', { loading: false, data: launch });
    expect(scripted.engine.told(RESUME)).toEqual([[0, 'both']]);
    const { consultation: _, ...colleague } = call({ id: 'call-2', status: SessionStatus.ACTIVE });
    scripted.engine.show('session', call({ status: SessionStatus.HOLD, consultation: colleague }));
    telephony.mute(true);
    telephony.join();
    telephony.goBack();
    expect(scripted.engine.told(MUTE)).toEqual([
      [1, ''],
      [1, '1'],
    ]);
    expect(scripted.engine.told(TRANSFER)).toEqual([[1, '']]);
    expect(scripted.engine.told(END)).toEqual([[0, '', '', '1']]);
    scripted.engine.show('session', call({ status: SessionStatus.HOLD }));
    telephony.consult('vera');
    expect(scripted.engine.told(CONSULT)).toEqual([[0, '2', 'vera']]);
  });

  it('starts another engine when one traps, and says so', async () => {
    vi.spyOn(console, 'error').mockReturnValue();
    const onError = vi.fn();
    telephony.configure({ onError });
    scripted.engine.show('session', call());
    scripted.engine.react = () => {
      throw new WebAssembly.RuntimeError('unreachable');
    };
    telephony.hold(true);
    expect(telephony.store.get('session').status).toBe(SessionStatus.WAITING);
    await new Promise((resolve) => setTimeout(resolve, 1050));
    expect(scripted.engines).toHaveLength(2);
    expect(scripted.engine.told(START)).toHaveLength(1);
    expect(onError.mock.calls[0]?.[0]).toMatchObject({ code: 'engine_restarted' });
  });
});

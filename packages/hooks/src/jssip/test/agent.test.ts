// @vitest-environment node
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Agent } from '../agent/agent.js';
import type { EngineEvent, EndSpec } from '../port.js';
import { Message, reply, request } from './suite/socket.js';

// The user agent by itself: what the page's suite does not tell, and inputs in no order at all.

const SDP = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n';
const BOB = 'Contact: <sip:bob@192.0.2.9;transport=ws>';
const END: EndSpec = { cause: 'Terminated', originator: 'local', headers: [] };

/** A user agent, connected, and what it says. */
class World {
  readonly agent: any;
  readonly #heard: EngineEvent[] = [];

  constructor() {
    this.agent = new Agent(
      {
        uri: 'sip:alice@example.com',
        displayName: null,
        authorizationUser: 'alice',
        password: 'secret',
        realm: null,
        ha1: null,
        authorizationJwt: null,
        contactUri: 'sip:here@host.invalid;transport=ws',
        viaHost: 'host.invalid',
        instanceId: '8f1fa16a-1165-4a96-8341-785b1ef24f12',
        registrarServer: 'sip:example.com',
        registerExpires: 600,
        callIdPrefix: 'abcde',
        userAgent: 'Test',
        usePreloadedRoute: false,
        sessionTimers: true,
        refreshMethod: 'UPDATE',
        forceRefresher: false,
        noAnswerTimeout: 60,
        extraHeaders: [],
        allowedMethods: 'INVITE,ACK,CANCEL,BYE,UPDATE,MESSAGE,OPTIONS,REFER,INFO,NOTIFY,SUBSCRIBE',
        pubGruu: '',
        tempGruu: '',
      },
      undefined,
    );
    this.agent.onEvent = (event: EngineEvent) => this.#heard.push(event);
    this.connect();
  }

  connect(): void {
    this.agent.connected('WSS', 'sip:sip.example.com;transport=ws');
  }

  /** What was heard since it was last asked. */
  events(): EngineEvent[] {
    return this.#heard.splice(0);
  }

  /** Of these types, what they are. */
  news(...types: EngineEvent['type'][]): any[] {
    return this.events().filter(({ type }) => types.includes(type));
  }

  sent(): Message[] {
    return this.news('send').map(({ text }) => new Message(text));
  }

  wire(): string[] {
    return this.sent().map(({ title }) => title);
  }

  /** We call Bob; the call, and the INVITE. */
  call(): [number, Message] {
    const { handle } = this.agent.call({ target: 'sip:bob@example.com', anonymous: false, sessionExpires: 90 });
    this.agent.invite(handle, [], SDP);
    return [handle, this.sent().at(-1) as Message];
  }

  answer(to: Message, status: number, tag: string, body = ''): void {
    this.agent.received(reply(to, status, { tag, headers: [BOB], body }));
  }

  /** A call of ours that is up. */
  talking(): [number, Message] {
    const [call, invite] = this.call();
    this.answer(invite, 200, 'there', SDP);
    this.agent.applied(call);
    this.events();
    return [call, invite];
  }

  /** Theirs, in a dialog that a request of ours made. */
  within(ours: Message, method: string, cseq: number, headers: string[], body = ''): void {
    const { header } = { header: (name: string) => ours.header(name) };
    this.agent.received(
      request(method, {
        uri: 'sip:here@host.invalid',
        from: `${header('To')};tag=there`,
        to: header('From'),
        callId: header('Call-ID'),
        cseq,
        headers: [BOB, ...headers],
        body,
      }),
    );
  }
}

beforeEach(() => {
  vi.useFakeTimers({ now: 1_700_000_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

it('nobody is left in a call that was given up as it was answered', () => {
  const world = new World();
  const [call, invite] = world.call();
  world.answer(invite, 180, 'there');
  world.answer(invite, 200, 'there', SDP);
  // The page is still applying the answer.
  world.agent.end(call, { ...END, cause: 'Canceled' });
  expect(world.wire()).toEqual(['ACK', 'BYE']);
  world.agent.applied(call);
  expect(world.events()).toEqual([]);
});

it('every fork that answers late hears BYE once', () => {
  const world = new World();
  const [call, invite] = world.call();
  world.answer(invite, 200, 'one', SDP);
  world.agent.applied(call);
  world.events();
  world.answer(invite, 200, 'two', SDP);
  world.answer(invite, 200, 'two', SDP);
  expect(world.wire()).toEqual(['ACK', 'BYE', 'ACK']);
});

it('what comes while an early answer is applied waits for it', () => {
  const world = new World();
  const [call, invite] = world.call();
  world.answer(invite, 183, 'one', SDP);
  world.answer(invite, 486, 'one');
  const news = (): string[] => world.news('answer', 'progress', 'ended').map(({ type }) => type);
  expect(news()).toEqual(['answer']);
  world.agent.applied(call);
  expect(news()).toEqual(['progress', 'ended']);
});

it('a NOTIFY may overtake the answer to its SUBSCRIBE', () => {
  const world = new World();
  const { handle } = world.agent.request({ method: 'SUBSCRIBE', target: 'sip:bob@example.com' });
  world.agent.send(handle, ['Event: presence', 'Contact: <sip:here@host.invalid>'], null);
  const subscribe = world.sent().at(-1) as Message;
  world.within(subscribe, 'NOTIFY', 1, ['Event: presence', 'Subscription-State: active']);
  expect(world.news('request')).toMatchObject([{ dialog: handle }]);
  world.answer(subscribe, 200, 'there');
  world.events();
  const again = world.agent.request({ method: 'SUBSCRIBE', dialog: handle });
  world.agent.send(again.handle, [], null);
  const refresh = world.sent().at(-1) as Message;
  expect(refresh.uri).toBe('sip:bob@192.0.2.9;transport=ws');
  expect(refresh.cseq).toBeGreaterThan(subscribe.cseq);
  world.within(subscribe, 'NOTIFY', 2, ['Event: presence', 'Subscription-State: terminated']);
  const [last] = world.news('request');
  world.agent.reply(last.request, 200, 'OK', [], null, '');
  world.events();
  world.within(subscribe, 'NOTIFY', 3, ['Event: presence', 'Subscription-State: terminated']);
  expect(world.wire(), 'the subscription is over').toEqual(['481 NOTIFY']);
});

it('a call outlives its connection and ends over the next', () => {
  const world = new World();
  const [call] = world.talking();
  world.agent.disconnected();
  expect(world.news('ended')).toEqual([]);
  world.connect();
  world.agent.end(call, END);
  expect(world.wire()).toEqual(['BYE']);
});

it('who hangs up without a connection is heard to when there is one', () => {
  const world = new World();
  const [call] = world.talking();
  world.agent.disconnected();
  world.events();
  world.agent.end(call, END);
  expect(world.events().map(({ type }) => type)).toEqual(['ended']);
  world.connect();
  expect(world.wire()).toEqual(['BYE']);
  world.agent.disconnected();
  world.connect();
  expect(world.wire(), 'once').toEqual([]);
});

it('an offer of theirs that is lost with the connection is in nobody’s way', () => {
  const world = new World();
  const [call, invite] = world.talking();
  world.within(invite, 'INVITE', 1, [], SDP);
  expect(world.agent.offering(call)).toBe(true);
  world.agent.disconnected();
  world.connect();
  expect(world.agent.offering(call)).toBe(false);
  world.events();
  world.agent.offer(call, 'INVITE', [], SDP);
  expect(world.wire()).toEqual(['INVITE']);
});

it('a call whose re-INVITE is never acknowledged is ended, one whose was refused is not', () => {
  for (const [status, ended] of [
    [200, [{ failed: false, originator: 'remote', cause: 'No ACK' }]],
    [488, []],
  ] as const) {
    const world = new World();
    const [, invite] = world.talking();
    world.within(invite, 'INVITE', 1, [], SDP);
    const [{ request: offer }] = world.news('reoffered');
    world.agent.reply(offer, status, 'Reason', [], status === 200 ? SDP : null, '');
    world.events();
    vi.advanceTimersByTime(33_000);
    const events = world.events();
    expect(events.filter(({ type }) => type === 'ended')).toMatchObject(ended);
    expect(events.some((event) => event.type === 'send' && event.text.startsWith('BYE '))).toBe(status === 200);
  }
});

it('header lines of the application cannot begin another message', () => {
  const world = new World();
  const { handle } = world.agent.request({ method: 'MESSAGE', target: 'sip:bob@example.com' });
  world.agent.send(handle, ['X-Own: a\r\nVia: SIP/2.0/WSS evil\r\n\r\nBYE'], 'hi');
  const [message] = world.sent();
  expect(message?.headers('Via')).toHaveLength(1);
  expect(message?.text.endsWith('Content-Length: 2\r\n\r\nhi')).toBe(true);
});

it('what is no message is answered where an answer finds its way, the same for every copy', () => {
  const options = request('OPTIONS');
  const broken: [text: string, answer: string[]][] = [
    [options.replace(/^From: .*\r\n/m, ''), ['400 Missing From']],
    [options.replace(/^CSeq: .*\r\n/m, 'CSeq: 1 INVITE\r\n'), ['400 CSeq of another method']],
    [options.replace(/^CSeq: .*\r\n/m, 'CSeq: 4294967296 OPTIONS\r\n'), ['400 Bad CSeq']],
    [options.replace(/^To: /m, 'To: <sip:other@example.com>\r\nTo: '), ['400 Several To']],
    [options.replace('Content-Length: 0', 'Content-Length: 7'), ['400 Body shorter than Content-Length']],
    [options.replace('Content-Length: 0', 'Content-Length: x'), ['400 Bad Content-Length']],
    [options.replace('SIP/2.0\r\n', 'SIP/7.0\r\n'), ['505 Version Not Supported']],
    [options.replace('sip:alice@example.com', 'unknown'), ['416 Unsupported URI Scheme']],
    [options.replace('sip:alice@example.com', 'sip:2001:db8::10'), ['400 Bad Request-URI']],
    [`${options}${'x'.repeat(70_000)}`, ['513 Message Too Large']],
    [options.replace(/^Via: .*\r\n/m, ''), []],
    [options.replaceAll('OPTIONS', 'ACK').replace(/^From: .*\r\n/m, ''), []],
    ['SIP/2.0 200 OK\r\nVia: SIP/2.0/WSS host.invalid;branch=z9hG4bKx\r\n\r\n', []],
    ['hello', []],
    ['\r\n\r\n', []],
  ];
  const world = new World();
  for (const [text, answer] of broken) {
    world.agent.received(text);
    const [first, ...more] = world.sent();
    expect(first ? [first.line.slice(8)] : [], text.slice(0, 400)).toEqual(answer);
    expect(more).toEqual([]);
    world.agent.received(text);
    expect(world.sent()[0]?.text).toBe(first?.text);
  }
});

it('a request whose header lines are folded and end in LF alone is understood', () => {
  const world = new World();
  const text = request('OPTIONS').replace('From: "Bob" ', 'From: "Bob"\r\n  ').replaceAll('\r\n', '\n');
  world.agent.received(text);
  const [{ message }] = world.news('request');
  expect([message.from.display_name, message.from_tag]).toEqual(['Bob', 'bob']);
});

/** Numbers in an order that is always the same (Mulberry32). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** A text that something was lost of, or came twice, or was changed. */
function torn(text: string, next: (below: number) => number): string {
  const [from, to] = [next(text.length), next(text.length)];
  const piece = text.slice(Math.min(from, to), Math.min(from, to) + next(40));
  const other = ['', piece + piece, '\r\n', ';', '<', '"', '4294967296', 'ж', '\0', ' '][next(10)] as string;
  return text.replace(piece, () => other);
}

/** Whatever comes in whatever order, and a quarter of it torn: nothing is thrown, a call ends once, and nothing is kept of
 * what is over. */
it('inputs in no order', () => {
  let established = 0;
  for (let seed = 0; seed < 20; seed++) {
    const next = numbers(seed);
    const world = new World();
    const { agent } = world;
    const calls: number[] = [];
    const ended: number[] = [];
    const wires: string[] = [];
    // One of the last, mostly: what is over is of little interest.
    const one = <T>(list: T[]): T | undefined => {
      const least = next(8) === 0 ? 0 : Math.max(0, list.length - 3);
      return list[least + next(Math.max(1, list.length - least))];
    };
    const acts: ((call: number, wire: string | undefined, step: number) => void)[] = [
      () => calls.push(agent.call({ target: 'sip:bob@example.com', anonymous: false, sessionExpires: 90 }).handle),
      (call) => agent.invite(call, [], SDP),
      (call) => agent.applied(call),
      (call) => agent.notApplied(call, 488, 'Bad Media Description'),
      (call) => agent.end(call, END),
      (call) => agent.offer(call, 'INVITE', [], SDP),
      (call) => agent.offer(call, 'UPDATE', [], SDP),
      (call) => agent.accept(call, [], SDP, 90),
      (call) => agent.ring(call, []),
      () => agent.register({ fromTagTrail: '', headers: [], contactParams: '' }),
      (_call, _wire, step) => vi.advanceTimersByTime(next(step % 7 === 0 ? 90_000 : 900)),
      (_call, _wire, step) => {
        if (step % 5) return;
        agent.disconnected();
        world.connect();
      },
      (_call, _wire, step) =>
        agent.received(
          request('INVITE', {
            from: `<sip:bob@example.com>;tag=f${step}`,
            callId: `c${step}`,
            headers: [BOB],
            body: SDP,
          }),
        ),
      ...Array.from({ length: 4 }, () => (_call: number, wire: string | undefined) => {
        if (!wire) return;
        if (wire.startsWith('SIP/2.0')) {
          const ack = wire.replace('SIP/2.0 ', 'ACK sip:here@host.invalid SIP/2.0\r\nX: ');
          return agent.received(ack.replace('1 INVITE', '1 ACK'));
        }
        const status = [100, 180, 183, 200, 404, 481, 491][next(7)] as number;
        const tag = ['one', 'two'][next(2)] as string;
        world.answer(new Message(wire), status, tag, next(2) ? SDP : '');
      }),
    ];
    const { received } = agent;
    agent.received = (text: string) => received.call(agent, next(4) ? text : torn(text, next));
    const listen = (): void => {
      for (const event of world.events()) {
        if (event.type === 'send') wires.push(event.text);
        else if (event.type === 'answered' || event.type === 'acknowledged') established++;
        else if (event.type === 'incoming') calls.push(event.call);
        else if (event.type === 'ended') {
          expect(ended, `call ${event.call} ended twice`).not.toContain(event.call);
          ended.push(event.call);
        }
      }
    };
    for (let step = 0; step < 400; step++) {
      const call = one(calls) ?? 0;
      const wire = one(wires);
      acts[next(acts.length)]?.(call, wire, step);
      listen();
    }
    for (const call of calls) agent.end(call, END);
    agent.unregister({ fromTagTrail: '', headers: [], contactParams: '' }, false);
    vi.advanceTimersByTime(200_000);
    agent.disconnected();
    vi.advanceTimersByTime(200_000);
    listen();
    expect(agent.busy(), `seed ${seed}: a transaction is left`).toBe(false);
    expect(vi.getTimerCount(), `seed ${seed}: a timer is left`).toBe(0);
    for (const kept of ['listeners', 'calls', 'asked']) expect(agent[kept].size, `seed ${seed}: ${kept}`).toBe(0);
  }
  expect(established).toBeGreaterThan(50);
}, 60_000);

// @vitest-environment node
import { EventEmitter as Peer } from 'events';
import jssip from 'jssip';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { load } from '../config.js';
import { debug } from '../debug.js';
import { EventEmitter } from '../emitter.js';
import * as Exceptions from '../exceptions.js';
import { WebSocketInterface } from '../websocket-interface.js';
import { ScriptedSocket } from './suite/socket.js';

describe('events as npm’s `events` tells them', () => {
  const both = (story: (emitter: any, heard: unknown[]) => unknown): void => {
    const [ours, theirs] = ([EventEmitter, Peer] as any[]).map((Emitter) => {
      const heard: unknown[] = [];
      const result = story(new Emitter(), heard);
      return [heard, result];
    });
    expect(ours).toEqual(theirs);
  };

  it('in their order, once, and first', () =>
    both((emitter, heard) => {
      emitter.on('a', (n: number) => heard.push(['on', n]));
      emitter.once('a', () => heard.push('once'));
      emitter.prependListener('a', () => heard.push('first'));
      emitter.prependOnceListener('a', () => heard.push('first once'));
      return [
        emitter.emit('a', 1),
        emitter.emit('a', 2),
        emitter.emit('b'),
        emitter.listenerCount('a'),
        emitter.eventNames(),
      ];
    }));

  it('the last of equal listeners is removed, also one of `once`', () =>
    both((emitter, heard) => {
      const listener = (): void => void heard.push('x');
      emitter.on('a', listener).on('a', listener).once('b', listener);
      emitter.off('a', listener).removeListener('b', listener);
      return [emitter.emit('a'), emitter.emit('b'), emitter.listeners('a').length];
    }));

  it('who is removed or added while it is told is told, or not yet', () =>
    both((emitter, heard) => {
      const late = (): void => void heard.push('late');
      const gone = (): void => void heard.push('gone');
      emitter.on('a', () => emitter.off('a', gone).on('a', late));
      emitter.on('a', gone);
      emitter.emit('a');
      return emitter.emit('a');
    }));

  it('what a listener throws comes out, an error nobody hears too', () =>
    both((emitter, heard) => {
      const caught = (act: () => void): void => {
        try {
          act();
        } catch (error) {
          heard.push((error as Error).message);
        }
      };
      emitter.on('a', () => {
        throw new Error('mine');
      });
      caught(() => emitter.emit('a'));
      caught(() => emitter.emit('error', new Error('unheard')));
      return [emitter.removeAllListeners('a').listenerCount('a'), emitter.setMaxListeners(3).getMaxListeners()];
    }));

  it('what is no listener', () => {
    expect(() => new EventEmitter().on('a', undefined as never)).toThrow(TypeError);
  });
});

describe('the configuration as JsSIP checks it', () => {
  const socket = new ScriptedSocket();
  const good = { sockets: socket, uri: 'alice@example.com' };
  const bad: object[] = [
    {},
    { uri: 'a@b' },
    { sockets: [], uri: 'a@b' },
    { sockets: 'x', uri: 'a@b' },
    { sockets: socket, uri: 'sip:example.com' },
    { sockets: [{ socket, weight: 'x' }], uri: 'a@b' },
    ...[
      { no_answer_timeout: 0 },
      { register_expires: -1 },
      { register: 'yes' },
      { session_timers_refresh_method: 'BYE' },
    ],
    ...[
      { registrar_server: 'sip:a@b' },
      { instance_id: 'x' },
      { contact_uri: 5 },
      { authorization_user: '"' },
      { user_agent: 1 },
    ],
    ...[
      { authorization_jwt: 1 },
      { use_preloaded_route: 1 },
      { connection_recovery_min_interval: 'a' },
      { extra_headers: 'x' },
    ],
  ].map((fields, at) => (at < 6 ? fields : { ...good, ...fields }));

  it('what is refused, and how', () => {
    const refusal = (act: () => unknown): unknown => {
      try {
        act();
      } catch (error) {
        const { name, code, parameter, message } = error as Exceptions.ConfigurationError;
        return { name, code, parameter, message: parameter === 'sockets' ? '' : message };
      }
      return 'nothing';
    };
    for (const configuration of bad) {
      const ours = refusal(() => load(configuration as never));
      expect([configuration, ours]).toEqual([configuration, refusal(() => new jssip.UA(configuration as never))]);
      expect(ours).not.toBe('nothing');
    }
  });

  it('what comes of it', () => {
    const ways: object[] = [
      {},
      {
        display_name: 0,
        no_answer_timeout: '30',
        instance_id: 'uuid:8f1fa16a-1165-4a96-8341-785b1ef24f12',
        extra_headers: ['X: 1', 5],
      },
      {
        password: '',
        realm: null,
        register_expires: NaN,
        session_timers_refresh_method: 'invite',
        registrar_server: 'r.example:5',
      },
      {
        uri: 'sip:f%61ke@Example.com:5060;x=1',
        contact_uri: 'sip:me@host.example',
        password: 123,
        register_expires: 0,
      },
    ];
    for (const way of ways) {
      const [ours] = load({ ...good, ...way } as never);
      const theirs = (new jssip.UA({ ...good, ...way } as never) as any).configuration;
      const shape = (settings: any): unknown =>
        Object.fromEntries(
          Object.entries(settings)
            .filter(([name]) => name !== 'ice_gathering_timeout')
            .map(([name, value]) => [name, masked(name, String(value), way)])
            .sort(),
        );
      expect(shape(ours)).toEqual(shape(theirs));
    }
  });

  it('only what may change does', () => {
    const [settings] = load(good);
    settings.password = 'new';
    expect(() => Object.assign(settings, { uri: 'x' })).toThrow(TypeError);
    expect(settings.password).toBe('new');
  });

  function masked(name: string, value: string, way: object): string {
    if (name in way) return value;
    if (name === 'jssip_id') return `${value.length}`;
    if (name === 'instance_id') return value.replace(/[0-9a-f]/g, '*');
    if (name === 'via_host' || name === 'contact_uri')
      return 'contact_uri' in way ? value : value.replace(/[0-9a-v]{8,12}(?=[@.])/g, '*');
    return value;
  }
});

describe('WebSocketInterface', () => {
  class Fake {
    static made: Fake[] = [];
    readonly OPEN = 1;
    readonly CONNECTING = 0;
    readyState = 0;
    binaryType = '';
    readonly sent: string[] = [];
    onopen?: () => void;
    onclose?: (event: object) => void;
    onmessage?: (event: object) => void;
    readonly given: unknown[];
    constructor(...given: unknown[]) {
      this.given = given;
      Fake.made.push(this);
    }
    send(text: string): void {
      this.sent.push(text);
    }
    close(): void {
      this.readyState = 3;
    }
  }

  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('addresses that are none', () => {
    for (const url of ['http://a', 'ws:', '', 'a', undefined])
      expect(() => new WebSocketInterface(url as never)).toThrow(TypeError);
    const { via_transport, sip_uri, url } = new WebSocketInterface('wss://Sip.example.com:8443/ws');
    expect([via_transport, sip_uri, url]).toEqual([
      'WSS',
      'sip:sip.example.com:8443;transport=ws',
      'wss://Sip.example.com:8443/ws',
    ]);
  });

  it('opens, speaks and says how it closed', () => {
    vi.stubGlobal('WebSocket', Fake);
    const socket = new WebSocketInterface('ws://a.b');
    const heard: unknown[] = [];
    socket.onconnect = () => heard.push('connect');
    socket.ondata = (data) => heard.push(data);
    socket.ondisconnect = (...given) => heard.push(given);
    expect(socket.send('x')).toBe(false);
    socket.connect();
    socket.connect();
    const [ws] = Fake.made as [Fake];
    expect([Fake.made.length, ws.given, ws.binaryType, socket.isConnecting()]).toEqual([
      1,
      ['ws://a.b', 'sip'],
      'arraybuffer',
      true,
    ]);
    ws.readyState = 1;
    ws.onopen?.();
    expect([socket.isConnected(), socket.send('y'), ws.sent]).toEqual([true, true, ['y']]);
    ws.onmessage?.({ data: 'z' });
    ws.onclose?.({ wasClean: false, code: 1006, reason: '' });
    expect(heard).toEqual(['connect', 'z', [true, 1006, '']]);
    socket.disconnect();
    expect([ws.readyState, socket.isConnected()]).toEqual([3, false]);
  });
});

it('exceptions are told apart', () => {
  const errors = [
    new Exceptions.InvalidStateError(8),
    new Exceptions.NotSupportedError('x'),
    new Exceptions.NotReadyError('y'),
  ];
  const theirs = [
    new jssip.Exceptions.InvalidStateError(8),
    new jssip.Exceptions.NotSupportedError('x'),
    new jssip.Exceptions.NotReadyError('y'),
  ];
  const shape = (error: any): unknown => [error instanceof Error, error.name, error.code, error.message, error.status];
  expect(errors.map(shape)).toEqual(theirs.map(shape));
});

it('writes about the namespaces that are enabled', () => {
  const written: unknown[] = [];
  const writer = debug('JsSIP:UA');
  writer.log = (...data) => written.push(data);
  writer('silent');
  debug.enable('JsSIP:*,-JsSIP:Transport');
  writer('hello %s', 'you');
  expect([debug.enabled('JsSIP:Transport'), debug.enabled('Other'), debug.enabled('JsSIP:WARN:UA')]).toEqual([
    false,
    false,
    true,
  ]);
  expect([debug.disable(), writer.enabled]).toEqual(['JsSIP:*,-JsSIP:Transport', false]);
  expect(written).toEqual([['JsSIP:UA hello %s', 'you']]);
});

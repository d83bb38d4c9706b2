import { ScriptedSocket } from './socket.js';
import { type Stories } from './story.js';

export const transporting: Stories = {
  'connecting, and again until it can': async (world) => {
    world.socket.reachable = false;
    await world.start();
    const attempts: number[] = [];
    world.ua.on('connecting', ({ attempts: count }: any) => attempts.push(count));
    await world.pass(10_000);
    const down = {
      some: attempts.length > 1,
      growing: attempts.every((count, at) => count === at + 1),
      connected: world.ua.isConnected(),
      status: world.ua.status,
    };
    world.socket.reachable = true;
    await world.pass(31_000);
    return {
      first: world.heard.slice(0, 2),
      down,
      up: { connected: world.ua.isConnected(), status: world.ua.status, last: world.heard.at(-1) },
    };
  },

  'what the events carry': async (world) => {
    await world.start();
    const { connecting, connected } = world.payloads;
    const outcome = {
      connecting: [connecting.socket === world.socket, connecting.attempts],
      connected: connected.socket === world.ua.transport,
    };
    world.socket.drop();
    const { socket, error, code, reason } = world.payloads['disconnected'];
    return {
      ...outcome,
      disconnected: [socket === world.socket, error, code, reason],
      url: world.ua.transport.url,
      via: world.ua.transport.via_transport,
    };
  },

  'the heavier socket first, then the other': async (world) => {
    const light = new ScriptedSocket();
    light.url = 'wss://light.example.com';
    world.socket.reachable = false;
    await world.start({
      sockets: [
        { socket: light, weight: 1 },
        { socket: world.socket, weight: 2 },
      ],
    });
    const first = world.ua.transport.url;
    await world.pass(5_000);
    return {
      first,
      then: world.ua.transport.url,
      connected: world.ua.isConnected(),
      heavy: world.socket.connects,
      light: light.connects,
    };
  },

  'keep-alives': async (world) => {
    await world.start();
    let answered = '';
    world.socket.send = (text: string) => {
      answered += text;
      return true;
    };
    world.socket.ondata('\r\n\r\n');
    world.socket.ondata('\r\n');
    return { answered: JSON.stringify(answered) };
  },

  'binary frames': async (world) => {
    await world.start();
    const text = new TextEncoder().encode(
      'OPTIONS sip:alice@example.com SIP/2.0\r\nVia: SIP/2.0/WSS a;branch=z9hG4bKx\r\nFrom: <sip:b@c>;tag=1\r\nTo: <sip:alice@example.com>\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n',
    );
    world.socket.ondata(text.buffer as ArrayBuffer);
    await world.pass();
    return { wire: world.socket.wire() };
  },

  'what is no SIP is nothing': async (world) => {
    await world.start();
    for (const text of ['', 'hello', 'SIP/2.0 200 OK', 'GET / HTTP/1.1\r\n\r\n', '\0\r\n\r\n'])
      world.socket.ondata(text);
    await world.pass();
    return { wire: world.socket.wire(), connected: world.ua.isConnected() };
  },

  'weights that are texts': async (world) => {
    const light = new ScriptedSocket();
    await world.start({ sockets: [light, { socket: world.socket, weight: '7' }] });
    return { light: light.connects, heavy: world.socket.connects };
  },
};

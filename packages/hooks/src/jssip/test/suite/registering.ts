import { createHash } from 'node:crypto';
import { type Message, reply } from './socket.js';
import { registrar } from './world.js';
import { type Stories } from './story.js';

export const registering: Stories = {
  'registered, refreshed and unregistered': async (world) => {
    registrar(world.socket);
    await world.start({ register: true, instance_id: '8f1fa16a-1165-4a96-8341-785b1ef24f12' });
    await world.pass();
    const first = world.socket.last('REGISTER');
    const registered = { heard: world.news(), wire: world.socket.wire(), is: world.ua.isRegistered() };
    await world.pass(600_000);
    const again = world.socket.last('REGISTER');
    const refreshed = {
      heard: world.news(),
      sent: world.socket.wire().length,
      sameCall: again.header('Call-ID') === first.header('Call-ID'),
      next: again.cseq > first.cseq,
    };
    world.ua.unregister();
    const last = world.socket.last('REGISTER');
    await world.pass();
    return {
      registered,
      refreshed,
      uri: first.uri,
      contact: first.header('Contact').replace(/sip:\w{8}@\w{12}/, 'sip:*@*'),
      expires: first.header('Expires'),
      supported: first.header('Supported'),
      names: first.names,
      callId: first.header('Call-ID').length,
      cseq: first.cseq,
      gone: {
        contact: last.header('Contact').endsWith(';expires=0'),
        expires: last.header('Expires'),
        heard: world.news(),
        is: world.ua.isRegistered(),
      },
    };
  },

  'with headers and parameters of the application': async (world) => {
    await world.start({ register_from_tag_trail: () => '-x', register_expires: 0 });
    world.ua.registrator().setExtraHeaders(['X-Own: 1']);
    world.ua.registrator().setExtraContactParams({ 'pn-provider': 'x', flag: null });
    world.ua.register();
    const register = world.socket.last('REGISTER');
    world.ua.register();
    return {
      own: register.header('X-Own'),
      contact: register.header('Contact').replace(/.*sip.instance="[^"]+"/, ''),
      expires: register.header('Expires'),
      tag: register.tag('From').endsWith('-x'),
      pending: world.socket.all('REGISTER').length,
    };
  },

  'refused while registered': async (world) => {
    registrar(world.socket);
    await world.start({ register: true });
    world.news();
    world.socket.answer = undefined;
    world.ua.register();
    await world.pass();
    let during: boolean | undefined;
    world.ua.on('registrationFailed', () => (during = world.ua.isRegistered()));
    await world.answer('REGISTER', 403);
    const { cause, response } = world.payloads['unregistered'];
    return { heard: world.news(), during, after: world.ua.isRegistered(), cause, status: response.status_code };
  },

  'a registration that is over at once': async (world) => {
    registrar(world.socket, 0);
    await world.start({ register: true });
    const at: number[] = [];
    world.socket.wire();
    for (let ms = 0; ms <= 12_000; ms += 500) {
      if (world.socket.wire().length) at.push(ms);
      await world.pass(500);
    }
    return { at };
  },

  'left, and registered again at once': async (world) => {
    await world.start({ register: true });
    const ok = (at: number): void => {
      const register = world.socket.all('REGISTER')[at] as Message;
      world.socket.ondata(reply(register, 200, { headers: [`Contact: ${register.header('Contact')}`] }));
    };
    ok(0);
    world.news();
    world.ua.unregister();
    world.ua.register();
    await world.pass();
    const sent = world.socket.all('REGISTER').map((register) => register.header('Expires'));
    ok(1);
    ok(2);
    return { sent, heard: world.news(), registered: world.ua.isRegistered() };
  },

  'parameters of the application while leaving': async (world) => {
    registrar(world.socket);
    await world.start({ register: true });
    world.ua.registrator().setExtraContactParams({ 'pn-provider': 'x' });
    world.ua.unregister();
    return {
      contact: world.socket
        .last('REGISTER')
        .header('Contact')
        .replace(/.*sip.instance="[^"]+"/, ''),
    };
  },

  'the application registers again itself': async (world) => {
    registrar(world.socket, 60);
    await world.start({ register: true });
    let due = 0;
    world.ua.on('registrationExpiring', () => due++);
    await world.pass(60_000);
    return { due, sent: world.socket.all('REGISTER').length };
  },

  'the registrar challenges': async (world) => {
    await world.start();
    world.ua.register();
    await world.answer('REGISTER', 401, {
      headers: ['WWW-Authenticate: Digest realm="r", nonce="n", opaque="o", qop="auth"'],
    });
    const register = world.socket.last('REGISTER');
    return {
      sent: world.socket.all('REGISTER').length,
      credentials: register
        .header('Authorization')
        .replace(/(response|cnonce)="[^"]+"/g, '$1=*')
        .split(', ')
        .sort(),
      ha1: world.ua.get('ha1'),
    };
  },

  'refused for good': async (world) => {
    await world.start();
    world.news();
    world.ua.register();
    await world.answer('REGISTER', 403);
    return { heard: world.news(), is: world.ua.isRegistered() };
  },

  'the interval is too brief': async (world) => {
    await world.start();
    world.ua.register();
    await world.answer('REGISTER', 423, { headers: ['Min-Expires: 1800'] });
    return { sent: world.socket.all('REGISTER').length, expires: world.socket.last('REGISTER').header('Expires') };
  },

  'the registrar is overloaded': async (world) => {
    await world.start();
    world.news();
    world.ua.register();
    await world.answer('REGISTER', 503, { headers: ['Retry-After: 3'] });
    const heard = world.news();
    await world.pass(12_000);
    return { heard, retried: world.socket.all('REGISTER').length > 1 };
  },

  'the registrar is silent': async (world) => {
    await world.start();
    world.news();
    world.ua.register();
    await world.pass(32_100);
    const heard = world.news();
    await world.pass(120_000);
    return { heard, retried: world.socket.all('REGISTER').length > 1 };
  },

  'a Contact that is not ours': async (world) => {
    await world.start();
    world.news();
    world.ua.register();
    await world.answer('REGISTER', 200, { headers: ['Contact: <sip:other@192.0.2.1>;expires=600'] });
    return { heard: world.news(), is: world.ua.isRegistered() };
  },

  GRUUs: async (world) => {
    await world.start();
    world.ua.register();
    const contact = world.socket.last('REGISTER').header('Contact');
    await world.answer('REGISTER', 200, {
      headers: [`Contact: ${contact};pub-gruu="sip:alice@example.com;gr=1";temp-gruu="sip:tmp@example.com;gr"`],
    });
    await world.outgoing();
    const named = world.socket.last('INVITE');
    await world.outgoing({ anonymous: true });
    return {
      named: named.header('Contact'),
      supported: named.header('Supported'),
      anonymous: world.socket.last('INVITE').header('Contact'),
    };
  },

  'unregistered while not registered': async (world) => {
    await world.start();
    world.news();
    world.ua.unregister({ all: true });
    await world.pass();
    return { sent: world.socket.all('REGISTER').map((message) => message.header('Contact')), heard: world.news() };
  },

  'the connection breaks and comes back': async (world) => {
    registrar(world.socket);
    await world.start({ register: true });
    await world.pass();
    world.news();
    world.socket.wire();
    world.socket.drop();
    const broken = { heard: world.news(), is: world.ua.isRegistered(), status: world.ua.status };
    await world.pass(3_000);
    return { broken, back: { heard: world.news(), wire: world.socket.wire(), is: world.ua.isRegistered() } };
  },

  'the connection breaks while registering': async (world) => {
    await world.start();
    world.ua.register();
    world.news();
    world.socket.drop();
    return { heard: world.news() };
  },

  'the user agent stops while registered': async (world) => {
    registrar(world.socket);
    await world.start({ register: true });
    await world.pass();
    world.socket.wire();
    world.news();
    world.ua.stop();
    const register = world.socket.last('REGISTER');
    await world.pass(2_000);
    return { expires: register.header('Expires'), heard: world.news(), connected: world.ua.isConnected() };
  },

  'a registrar that asks for SHA-512/256': async (world) => {
    await world.start({ register: true });
    await world.answer('REGISTER', 401, {
      headers: ['WWW-Authenticate: Digest realm="r", nonce="n", algorithm=SHA-512-256'],
    });
    const register = world.socket.last('REGISTER');
    const sha = (text: string): string => createHash('sha512-256').update(text).digest('hex');
    const asked = sha(/^REGISTER \S+/.exec(register.text)?.[0].replace(' ', ':') ?? '');
    const right = sha(`${sha('alice:r:secret')}:n:${asked}`);
    return { answered: register.header('Authorization').includes(`response="${right}"`) };
  },
};

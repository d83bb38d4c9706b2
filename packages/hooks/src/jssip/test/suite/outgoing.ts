import { CONTACT } from './world.js';
import { FakePeerConnection, media, sdp } from './webrtc.js';
import { type Stories, thrown, told } from './story.js';

export const outgoing: Stories = {
  'we call and are answered': async (world) => {
    await world.start();
    const order: string[] = [];
    world.ua.once('newRTCSession', () => order.push('newRTCSession'));
    const session = world.ua.call('bob', {
      mediaConstraints: { audio: true },
      eventHandlers: { peerconnection: () => order.push('peerconnection') },
    });
    order.push('returned');
    const atOnce = told(world, { direction: session.direction });
    await world.pass();
    const sent = told(world);
    const invite = world.socket.last('INVITE');
    await world.answer('INVITE', 100);
    const trying = told(world);
    await world.answer('INVITE', 180, { headers: CONTACT });
    const ringing = told(world);
    await world.answer('INVITE', 200, { headers: CONTACT, body: sdp() });
    const answered = told(world);
    return {
      order,
      atOnce,
      sent,
      trying,
      ringing,
      answered,
      ack: world.socket.last('ACK').cseq === invite.cseq,
      steps: FakePeerConnection.last.steps,
      uri: invite.uri,
      id: session.id === invite.header('Call-ID') + invite.tag('From'),
    };
  },

  'how INVITE looks': async (world) => {
    await world.start({ display_name: 'Alice', extra_headers: ['X-All: yes'], user_agent: 'Phone 1' });
    await world.outgoing({ extraHeaders: ['X-Own: 1'] });
    const invite = world.socket.last('INVITE');
    const { headers } = { headers: (name: string) => invite.header(name) };
    return {
      names: invite.names,
      line: invite.line,
      from: headers('From').replace(/;tag=[0-9a-z]{10}$/, ';tag=*'),
      to: headers('To'),
      maxForwards: headers('Max-Forwards'),
      via: /^SIP\/2\.0\/WSS [0-9a-v]{12}\.invalid;branch=z9hG4bK\w+$/.test(headers('Via')),
      contact: headers('Contact').replace(/sip:\w{8}@[0-9a-v]{12}/, 'sip:*@*'),
      callId: /^[0-9a-z]{20,22}$/.test(headers('Call-ID')),
      allow: headers('Allow'),
      supported: headers('Supported'),
      agent: headers('User-Agent'),
      expires: headers('Session-Expires'),
    };
  },

  'without session timers, over a preloaded route': async (world) => {
    await world.start({ session_timers: false, use_preloaded_route: true });
    await world.outgoing();
    const invite = world.socket.last('INVITE');
    return {
      route: invite.header('Route'),
      expires: invite.header('Session-Expires'),
      supported: invite.header('Supported'),
    };
  },

  'an anonymous call': async (world) => {
    await world.start({ display_name: 'Alice' });
    await world.outgoing({ anonymous: true });
    const invite = world.socket.last('INVITE');
    return {
      from: invite.header('From').replace(/;tag=.*/, ''),
      contact: invite.header('Contact'),
      identity: invite.header('P-Preferred-Identity'),
      privacy: invite.header('Privacy'),
    };
  },

  'as somebody else': async (world) => {
    await world.start({ display_name: 'Alice' });
    await world.outgoing({ fromUserName: 'sales', fromDisplayName: 'Sales' });
    const invite = world.socket.last('INVITE');
    return { from: invite.header('From').replace(/;tag=.*/, ''), identity: invite.header('P-Preferred-Identity') };
  },

  'the application changes the offer as it is sent': async (world) => {
    await world.start();
    const session = world.ua.call('bob', { mediaConstraints: { audio: true } });
    session.on('sending', ({ request }: any) => {
      request.body = `${request.body}a=changed\r\n`;
      request.extraHeaders.push('X-Late: 1');
      request.setHeader('X-Set', '2');
    });
    await world.pass();
    const invite = world.socket.last('INVITE');
    return {
      body: invite.body.endsWith('a=changed\r\n'),
      length: Number(invite.header('Content-Length')) === invite.body.length,
      late: invite.header('X-Late'),
      set: invite.header('X-Set'),
    };
  },

  'targets that are none': async (world) => {
    await world.start();
    return {
      none: thrown(() => world.ua.call()),
      bad: thrown(() => world.ua.call('bob@iñaki.com')),
      full: String(world.ua.normalizeTarget('sip:bob@other.example:5080')),
    };
  },

  'without WebRTC': async (world) => {
    await world.start();
    delete (globalThis as any).RTCPeerConnection;
    return { error: thrown(() => world.ua.call('bob')) };
  },

  'early media': async (world) => {
    await world.start();
    await world.outgoing();
    await world.answer('INVITE', 183, { headers: CONTACT, body: sdp() });
    const early = told(world);
    await world.answer('INVITE', 200, { headers: CONTACT, body: sdp({ session: 2 }) });
    return { early, answered: told(world) };
  },

  'a second fork rings with media of its own': async (world) => {
    await world.start();
    await world.outgoing();
    await world.answer('INVITE', 183, { headers: CONTACT, body: sdp(), tag: 'one' });
    world.news();
    await world.answer('INVITE', 183, { headers: CONTACT, body: sdp(), tag: 'two' });
    return told(world);
  },

  'BYE of whom we call, before he has answered': async (world) => {
    await world.start();
    await world.outgoing();
    await world.answer('INVITE', 180, { headers: CONTACT });
    world.socket.wire();
    world.news();
    await world.fromCalled('BYE');
    return told(world);
  },

  'a provisional response without a tag': async (world) => {
    await world.start();
    await world.outgoing();
    world.news();
    await world.answer('INVITE', 183, { tag: '' });
    return told(world);
  },

  'an answer without a description': async (world) => {
    await world.start();
    await world.outgoing();
    world.news();
    world.socket.wire();
    await world.answer('INVITE', 200, { headers: CONTACT });
    return told(world);
  },

  'an answer that does not say where it is from': async (world) => {
    await world.start();
    await world.outgoing();
    await world.answer('INVITE', 200, { body: sdp() });
    return { cause: world.payloads['session.failed']?.cause, acknowledged: world.socket.all('ACK').length };
  },

  'an answer that cannot be applied': async (world) => {
    await world.start();
    await world.outgoing();
    world.news();
    world.socket.wire();
    FakePeerConnection.failing.add('setRemoteDescription');
    await world.answer('INVITE', 200, { headers: CONTACT, body: sdp() });
    return told(world, { reason: world.socket.last('BYE').header('Reason') });
  },

  'the answer comes again': async (world) => {
    await world.start();
    await world.calling();
    await world.answer('INVITE', 200, { headers: CONTACT, body: sdp() });
    return told(world);
  },

  'a second fork answers too': async (world) => {
    await world.start();
    await world.calling({}, { tag: 'one' });
    await world.answer('INVITE', 200, { headers: CONTACT, body: sdp(), tag: 'two' });
    const to = world.socket.sent.slice(-2).map((message) => message.tag('To'));
    return told(world, { to });
  },

  'final responses and their causes': async (world) => {
    const causes: Record<number, string> = {};
    await world.start();
    for (const status of [302, 403, 404, 408, 410, 422, 480, 484, 486, 487, 488, 500, 503, 600, 603, 606]) {
      world.news();
      await world.outgoing();
      await world.answer('INVITE', status);
      causes[status] = world.news().at(-1) ?? '';
    }
    return { causes, acks: world.socket.all('ACK').length };
  },

  '401 is answered once': async (world) => {
    await world.start();
    await world.outgoing();
    world.news();
    world.socket.wire();
    await world.answer('INVITE', 401, {
      headers: ['WWW-Authenticate: Digest realm="r", nonce="n", qop="auth", algorithm=MD5'],
    });
    const again = world.socket.last('INVITE');
    const [first] = world.socket.all('INVITE');
    const before = told(world);
    await world.answer('INVITE', 401, {
      headers: ['WWW-Authenticate: Digest realm="r", nonce="m", qop="auth", algorithm=MD5'],
    });
    return {
      before,
      next: again.cseq === (first?.cseq ?? 0) + 1,
      credentials: /^Digest .*username="alice".*realm="r".*nonce="n"/.test(again.header('Authorization')),
      qop: /qop=auth\b/.test(again.header('Authorization')),
      after: told(world),
      realm: world.ua.get('realm'),
    };
  },

  'a stale nonce is answered again': async (world) => {
    await world.start();
    await world.outgoing();
    await world.answer('INVITE', 407, { headers: ['Proxy-Authenticate: Digest realm="r", nonce="n"'] });
    await world.answer('INVITE', 407, { headers: ['Proxy-Authenticate: Digest realm="r", nonce="m", stale=true'] });
    return {
      sent: world.socket.all('INVITE').length,
      header: /nonce="m"/.test(world.socket.last('INVITE').header('Proxy-Authorization')),
    };
  },

  'two realms': async (world) => {
    await world.start();
    await world.outgoing();
    await world.answer('INVITE', 401, { headers: ['WWW-Authenticate: Digest realm="one", nonce="n"'] });
    await world.answer('INVITE', 200, { headers: CONTACT, body: sdp() });
    world.news();
    await world.outgoing();
    await world.answer('INVITE', 407, { headers: ['Proxy-Authenticate: Digest realm="two", nonce="n"'] });
    return { sent: world.socket.all('INVITE').length, last: world.news().at(-1) };
  },

  'the strongest of several challenges': async (world) => {
    await world.start();
    await world.outgoing();
    await world.answer('INVITE', 401, {
      headers: [
        'WWW-Authenticate: Digest realm="r", nonce="n", algorithm=MD5',
        'WWW-Authenticate: Digest realm="r", nonce="n", algorithm=SHA-256',
      ],
    });
    return { algorithm: /algorithm=([\w-]+)/.exec(world.socket.last('INVITE').header('Authorization'))?.[1] ?? 'none' };
  },

  'a nonce serves again': async (world) => {
    await world.start();
    await world.outgoing();
    await world.answer('INVITE', 401, { headers: ['WWW-Authenticate: Digest realm="r", nonce="n", qop="auth"'] });
    await world.answer('INVITE', 486);
    await world.outgoing();
    return { credentials: world.socket.last('INVITE').header('Authorization') !== '' };
  },

  'a token instead of a password': async (world) => {
    await world.start({ authorization_jwt: 'Bearer abc' });
    await world.outgoing();
    return { authorization: world.socket.last('INVITE').header('Authorization') };
  },

  'the microphone is denied to a call of ours': async (world) => {
    await world.start();
    media.denied = true;
    await world.outgoing();
    return told(world);
  },

  'no offer can be made': async (world) => {
    await world.start();
    FakePeerConnection.failing.add('createOffer');
    await world.outgoing();
    return told(world);
  },

  'no response at all': async (world) => {
    await world.start();
    await world.outgoing();
    world.news();
    world.socket.wire();
    await world.pass(32_100);
    return told(world);
  },

  'the connection breaks while it rings there': async (world) => {
    await world.start();
    await world.outgoing();
    await world.answer('INVITE', 180, { headers: CONTACT });
    world.news();
    world.socket.drop();
    await world.pass();
    return { heard: world.news(), status: world.session.status };
  },

  'called while there is no connection': async (world) => {
    await world.start();
    world.socket.drop();
    await world.pass();
    world.news();
    await world.outgoing();
    return { heard: world.news().filter((event) => event.startsWith('session.')), status: world.session.status };
  },

  'ICE fails': async (world) => {
    await world.start();
    await world.calling();
    FakePeerConnection.last.connectionState('failed');
    await world.pass();
    return told(world, { reason: world.socket.last('BYE').header('Reason') });
  },

  'the route of the answer is kept': async (world) => {
    await world.start();
    await world.calling(
      {},
      { headers: [...CONTACT, 'Record-Route: <sip:a;lr>, <sip:b;lr>', 'Record-Route: <sip:c;lr>'] },
    );
    world.session.terminate();
    const bye = world.socket.last('BYE');
    return { route: bye.headers('Route'), uri: bye.uri, to: bye.tag('To') };
  },
};

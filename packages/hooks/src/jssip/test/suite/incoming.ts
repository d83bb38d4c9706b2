import { FakePeerConnection, media, sdp } from './webrtc.js';
import { type Stories, told } from './story.js';

export const incoming: Stories = {
  'a call rings': async (world) => {
    await world.start();
    await world.incoming();
    const ringing = world.socket.last('180 INVITE');
    const { session } = world;
    return told(world, {
      direction: session.direction,
      remote: [session.remote_identity.display_name, String(session.remote_identity.uri)],
      local: String(session.local_identity.uri),
      inProgress: session.isInProgress(),
      tagged: ringing.tag('To') !== '',
      contact: /^<sip:\w{8}@\w{12}\.invalid;transport=ws>$/.test(ringing.header('Contact')),
      supported: ringing.header('Supported'),
      id: session.id,
    });
  },

  'a call is answered and hung up there': async (world) => {
    await world.start();
    await world.incoming();
    const before = told(world);
    world.session.answer({ mediaConstraints: { audio: true } });
    const atOnce = told(world);
    await world.pass();
    const answered = told(world, { started: world.session.start_time instanceof Date });
    const ok = world.socket.last('200 INVITE');
    await world.inDialog('ACK', { cseq: 1 });
    const confirmed = told(world);
    await world.inDialog('BYE');
    return {
      before,
      atOnce,
      answered,
      confirmed,
      after: told(world, { ended: world.session.end_time instanceof Date, pc: FakePeerConnection.last.steps.at(-1) }),
      microphone: media.streams[0]?.tracks.map((track) => track.stopped),
      sessionExpires: ok.header('Session-Expires'),
      contentType: ok.header('Content-Type'),
      steps: FakePeerConnection.last.steps,
    };
  },

  'answered inside newRTCSession': async (world) => {
    await world.start({}, { sessions: false });
    world.ua.on('newRTCSession', ({ session }: any) => {
      world.follow(session);
      session.answer({ mediaConstraints: { audio: true } });
    });
    await world.incoming();
    return told(world);
  },

  'refused inside newRTCSession': async (world) => {
    await world.start({}, { sessions: false });
    world.ua.on('newRTCSession', ({ session }: any) => {
      world.follow(session);
      session.terminate({ status_code: 486 });
    });
    await world.incoming();
    return told(world);
  },

  'two calls ring at once': async (world) => {
    await world.start();
    await world.incoming();
    await world.incoming({ callId: 'call-2', from: '<sip:carol@example.com>;tag=carol' });
    return told(world, { statuses: world.sessions.map((session) => session.status) });
  },

  'nobody listens for calls': async (world) => {
    await world.start({}, { sessions: false });
    await world.incoming();
    return { wire: world.socket.wire(), allow: world.socket.last('405 INVITE').header('Allow') };
  },

  'nobody answers': async (world) => {
    await world.start({ no_answer_timeout: 20 });
    await world.incoming();
    world.news();
    world.socket.wire();
    await world.pass(19_000);
    const before = told(world);
    await world.pass(1_000);
    return { before, after: told(world) };
  },

  'it rings on: 180 again after a minute': async (world) => {
    await world.start({ no_answer_timeout: 200 });
    await world.incoming();
    world.socket.wire();
    await world.pass(61_000);
    return { wire: world.socket.wire() };
  },

  'the caller gives up': async (world) => {
    await world.start();
    await world.incoming();
    world.socket.wire();
    world.news();
    const via = world.socket.last('180 INVITE').header('Via');
    world.socket.ondata(cancel(via));
    await world.pass();
    const { message } = world.payloads['session.failed'];
    return told(world, { reason: message.getHeader('Reason'), method: message.method });
  },

  'the caller gives up while it is being answered': async (world) => {
    FakePeerConnection.gathering = 0;
    await world.start();
    await world.incoming();
    const via = world.socket.last('180 INVITE').header('Via');
    world.session.answer({ mediaConstraints: { audio: true } });
    world.socket.ondata(cancel(via));
    await world.pass();
    return told(world);
  },

  'CANCEL after the answer changes nothing': async (world) => {
    await world.start();
    await world.incoming();
    const via = world.socket.last('180 INVITE').header('Via');
    world.session.answer({ mediaConstraints: { audio: true } });
    await world.pass();
    world.socket.wire();
    world.news();
    world.socket.ondata(cancel(via));
    await world.pass();
    return told(world);
  },

  'BYE before the answer': async (world) => {
    await world.start();
    await world.incoming();
    world.socket.wire();
    world.news();
    await world.inDialog('BYE');
    return told(world, { line: world.socket.last('487 INVITE').line });
  },

  'Expires that says nothing': async (world) => {
    await world.start();
    await world.incoming({ headers: ['Expires: 0'] });
    await world.pass(1_000);
    return told(world);
  },

  'Expires runs out': async (world) => {
    await world.start();
    await world.incoming({ headers: ['Expires: 5'] });
    world.socket.wire();
    world.news();
    await world.pass(5_000);
    return told(world);
  },

  'the ACK never comes': async (world) => {
    await world.start();
    await world.incoming();
    world.session.answer({ mediaConstraints: { audio: true } });
    await world.pass();
    world.news();
    world.socket.wire();
    await world.pass(3_000);
    const again = world.socket.wire();
    await world.pass(30_000);
    return { again, ...told(world, { wire: undefined }), bye: world.socket.all('BYE').length };
  },

  'an answer that is sent again is the same': async (world) => {
    await world.start();
    await world.incoming();
    world.session.answer({ mediaConstraints: { audio: true }, extraHeaders: ['X-Own: 1'] });
    await world.pass(600);
    const [first, second] = world.socket.all('200 INVITE');
    return { own: [first?.header('X-Own'), second?.header('X-Own')], timer: second?.header('Session-Expires') };
  },

  'without Contact': async (world) => {
    await world.start();
    await world.receive('INVITE', { body: sdp() });
    return told(world);
  },

  'a body that is no session description': async (world) => {
    await world.start();
    await world.incoming({ body: 'x', contentType: 'text/plain' });
    return told(world, { accept: world.socket.last('415 INVITE').header('Accept') });
  },

  'a media type with parameters': async (world) => {
    await world.start();
    await world.incoming({ contentType: 'application/sdp;charset=utf-8' });
    return told(world);
  },

  'headers that JsSIP cannot read': async (world) => {
    await world.start();
    const rung: Record<string, number> = {};
    for (const [name, from] of Object.entries({
      docker: '<sip:bob@019f9ae299f5>;tag=1',
      hash: '<sip:bo#b@example.com>;tag=2',
      cyrillic: 'Анна <sip:bob@example.com>;tag=3',
      comma: 'ACME, Ltd. <sip:bob@example.com>;tag=4',
      tel: '<tel:+74951234567>;tag=5',
    })) {
      const before = world.sessions.length;
      await world.incoming({ from, callId: `call-${name}` });
      rung[name] = world.sessions.length - before;
    }
    return { rung };
  },

  'a message that is none': async (world) => {
    await world.start();
    await world.receive('INVITE', { body: sdp(), from: '<<>>', headers: ['Contact: <sip:bob@192.0.2.9>'] });
    return { wire: world.socket.wire() };
  },

  'INVITE that comes again': async (world) => {
    await world.start();
    await world.incoming();
    world.socket.wire();
    world.news();
    world.socket.ondata(inviteAgain(world.socket.last('180 INVITE').header('Via')));
    await world.pass();
    return { heard: world.news(), wire: world.socket.wire().length, calls: world.sessions.length };
  },

  'the same call by another way is merged': async (world) => {
    await world.start();
    await world.incoming();
    world.socket.wire();
    await world.incoming();
    return { wire: world.socket.wire(), calls: world.sessions.length };
  },

  'rung while the connection breaks': async (world) => {
    await world.start();
    await world.incoming();
    world.news();
    world.socket.drop();
    await world.pass();
    return told(world);
  },
};

function cancel(via: string): string {
  return [
    'CANCEL sip:alice@example.com SIP/2.0',
    `Via: ${via}`,
    'From: "Bob" <sip:bob@example.com>;tag=bob',
    'To: <sip:alice@example.com>',
    'Call-ID: call-1',
    'CSeq: 1 CANCEL',
    'Reason: SIP;cause=200;text="Call completed elsewhere"',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}

function inviteAgain(via: string): string {
  const body = sdp();
  return [
    'INVITE sip:alice@example.com SIP/2.0',
    `Via: ${via}`,
    'From: "Bob" <sip:bob@example.com>;tag=bob',
    'To: <sip:alice@example.com>',
    'Call-ID: call-1',
    'CSeq: 1 INVITE',
    'Contact: <sip:bob@192.0.2.9;transport=ws>',
    'Content-Type: application/sdp',
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n');
}

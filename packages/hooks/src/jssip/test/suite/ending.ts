import { CONTACT } from './world.js';
import { FakePeerConnection, sdp } from './webrtc.js';
import { type Stories, thrown, told } from './story.js';

export const ending: Stories = {
  'given up before INVITE is sent': async (world) => {
    await world.start();
    const session = world.ua.call('bob', { mediaConstraints: { audio: true } });
    session.terminate();
    await world.pass();
    return told(world);
  },

  'given up before anything came back': async (world) => {
    await world.start();
    await world.outgoing();
    world.news();
    world.socket.wire();
    world.session.terminate();
    const atOnce = told(world);
    await world.answer('INVITE', 100);
    await world.answer('INVITE', 180, { headers: CONTACT });
    return { atOnce, after: told(world) };
  },

  'given up while it rings there': async (world) => {
    await world.start();
    await world.outgoing();
    await world.answer('INVITE', 180, { headers: CONTACT });
    world.news();
    world.socket.wire();
    world.session.terminate({ status_code: 486, reason_phrase: 'Sorry', extraHeaders: ['X-Own: 1'] });
    const cancel = world.socket.last('CANCEL');
    await world.answer('CANCEL', 200);
    await world.answer('INVITE', 487);
    return told(world, {
      reason: cancel.header('Reason'),
      own: cancel.header('X-Own'),
      branch: cancel.header('Via') === world.socket.last('INVITE').header('Via'),
    });
  },

  'given up as it is answered there': async (world) => {
    await world.start();
    await world.outgoing();
    await world.answer('INVITE', 180, { headers: CONTACT });
    world.socket.wire();
    world.news();
    world.session.terminate();
    await world.answer('INVITE', 200, { headers: CONTACT, body: sdp() });
    return told(world);
  },

  'refused while it rings': async (world) => {
    const refused: Record<string, unknown> = {};
    await world.start();
    const ways: [string, object | undefined][] = [
      ['default', undefined],
      ['486', { status_code: 486 }],
      ['with words', { status_code: 603, reason_phrase: 'No', extraHeaders: ['X-Own: 1'], cause: 'Mine' }],
      ['too low', { status_code: 200 }],
      ['too high', { status_code: 700 }],
    ];
    for (const [index, [name, options]] of ways.entries()) {
      await world.incoming({ callId: `call-${index}`, from: `<sip:b@example.com>;tag=${index}` });
      world.news();
      world.socket.wire();
      const error = thrown(() => world.session.terminate(options));
      const final = world.socket.sent.at(-1);
      refused[name] = {
        error,
        line: final?.line,
        own: final?.header('X-Own'),
        heard: world.news(),
        status: world.session.status,
      };
      if (error !== 'nothing') world.session.terminate();
    }
    return refused;
  },

  'refused while it is being answered': async (world) => {
    await world.start();
    await world.incoming();
    world.socket.wire();
    world.news();
    world.session.answer({ mediaConstraints: { audio: true } });
    world.session.terminate();
    await world.pass();
    return told(world);
  },

  'hung up': async (world) => {
    await world.start();
    await world.calling();
    world.session.terminate({
      status_code: 480,
      reason_phrase: 'Tired',
      cause: 'Mine',
      extraHeaders: ['X-Own: 1'],
      body: 'bye',
    });
    const bye = world.socket.last('BYE');
    return told(world, {
      reason: bye.header('Reason'),
      own: bye.header('X-Own'),
      body: bye.body,
      again: thrown(() => world.session.terminate()),
      pc: FakePeerConnection.last.steps.at(-1),
    });
  },

  'hung up before the ACK came': async (world) => {
    await world.start();
    await world.incoming();
    world.session.answer({ mediaConstraints: { audio: true } });
    await world.pass();
    world.socket.wire();
    world.news();
    world.session.terminate();
    const atOnce = told(world);
    await world.inDialog('ACK', { cseq: 1 });
    return { atOnce, after: told(world) };
  },

  'hung up there': async (world) => {
    await world.start();
    await world.calling();
    await world.fromCalled('BYE', { headers: ['Reason: Q.850;cause=16'] });
    return told(world, { message: world.payloads['session.ended'].message.getHeader('Reason') });
  },

  'all calls are ended at once': async (world) => {
    await world.start();
    await world.calling();
    await world.incoming({ callId: 'other' });
    world.news();
    world.socket.wire();
    world.ua.terminateSessions();
    return {
      heard: world.news(),
      wire: world.socket.wire(),
      statuses: world.sessions.map((session) => session.status),
    };
  },

  'the user agent stops': async (world) => {
    await world.start();
    await world.calling();
    world.ua.stop();
    const atOnce = {
      heard: world.news(),
      wire: world.socket.wire(),
      status: world.ua.status,
      connected: world.ua.isConnected(),
    };
    await world.answer('BYE', 200);
    await world.pass(2_000);
    const after = { heard: world.news(), connected: world.ua.isConnected() };
    world.ua.start();
    await world.pass(1);
    return { atOnce, after, again: { heard: world.news(), status: world.ua.status } };
  },

  'the user agent stops with nothing under way': async (world) => {
    await world.start();
    world.news();
    world.ua.stop();
    return { heard: world.news(), connected: world.ua.isConnected() };
  },
};

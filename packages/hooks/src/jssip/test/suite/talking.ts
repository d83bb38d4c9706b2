import { CONTACT } from './world.js';
import { FakePeerConnection, sdp } from './webrtc.js';
import { type Stories, thrown, told } from './story.js';

const direction = (body: string): string => /^a=(sendrecv|sendonly|recvonly|inactive)/m.exec(body)?.[1] ?? 'none';

export const talking: Stories = {
  'held and resumed': async (world) => {
    await world.start();
    await world.calling();
    let done = 0;
    const accepted = world.session.hold({}, () => done++);
    const twice = world.session.hold();
    const atOnce = told(world, { onHold: world.session.isOnHold() });
    await world.pass();
    const sent = told(world, { direction: direction(world.socket.last('INVITE').body) });
    await world.answer('INVITE', 200, { headers: CONTACT, body: sdp({ direction: 'recvonly' }) });
    const held = told(world, {
      done,
      ready: world.session.isReadyToReOffer(),
      track: FakePeerConnection.last.getSenders()[0]?.track.enabled,
    });
    world.session.unhold();
    await world.pass();
    const resumed = told(world, {
      direction: direction(world.socket.last('INVITE').body),
      onHold: world.session.isOnHold(),
    });
    return { accepted, twice, atOnce, sent, held, resumed };
  },

  'held by UPDATE': async (world) => {
    await world.start();
    await world.calling();
    world.session.hold({ useUpdate: true, extraHeaders: ['X-Own: 1'] });
    await world.pass();
    const update = world.socket.last('UPDATE');
    await world.answer('UPDATE', 200, { headers: CONTACT, body: sdp({ direction: 'recvonly' }) });
    return told(world, { own: update.header('X-Own'), direction: direction(update.body) });
  },

  'a hold is refused': async (world) => {
    await world.start();
    await world.calling();
    world.session.hold();
    await world.pass();
    await world.answer('INVITE', 488);
    const after = told(world, { onHold: world.session.isOnHold() });
    return { ...after, reason: world.socket.all('BYE').map((bye) => bye.header('Reason')) };
  },

  'held there': async (world) => {
    await world.start();
    await world.talking();
    await world.inDialog('INVITE', { body: sdp({ direction: 'sendonly' }), headers: CONTACT });
    const held = told(world, {
      onHold: world.session.isOnHold(),
      track: FakePeerConnection.last.getSenders()[0]?.track.enabled,
    });
    await world.inDialog('ACK', { cseq: 2 });
    await world.inDialog('INVITE', { cseq: 3, body: sdp(), headers: CONTACT });
    return { held, resumed: told(world, { onHold: world.session.isOnHold() }) };
  },

  'a new offer there, and what the application says to it': async (world) => {
    await world.start();
    await world.talking();
    let called = 0;
    world.session.once('reinvite', (event: any) => (event.callback = () => called++));
    await world.inDialog('INVITE', { body: sdp(), headers: CONTACT });
    const taken = told(world, { called });
    await world.inDialog('ACK', { cseq: 2 });
    world.session.once('reinvite', (event: any) => event.reject({ status_code: 488 }));
    await world.inDialog('INVITE', { cseq: 3, body: sdp(), headers: CONTACT });
    const refused = told(world);
    await world.inDialog('ACK', { cseq: 3 });
    world.session.once('update', (event: any) => event.reject());
    await world.inDialog('UPDATE', { cseq: 4, body: sdp(), headers: CONTACT });
    return { taken, refused, update: told(world) };
  },

  'an UPDATE without a description': async (world) => {
    await world.start();
    await world.talking();
    await world.inDialog('UPDATE', { headers: [...CONTACT, 'Session-Expires: 600;refresher=uac'] });
    return told(world, { expires: world.socket.last('200 UPDATE').header('Session-Expires') });
  },

  'a new offer is asked for there': async (world) => {
    await world.start();
    await world.talking();
    await world.inDialog('INVITE', { headers: CONTACT });
    return told(world, { offered: direction(world.socket.last('200 INVITE').body) });
  },

  'a new offer that nobody there knows of': async (world) => {
    const causes: string[] = [];
    await world.start();
    for (const status of [408, 481]) {
      await world.calling();
      world.session.renegotiate();
      await world.pass();
      await world.answer('INVITE', status);
      causes.push(world.payloads['session.ended']?.cause);
    }
    return { causes };
  },

  'both offer at once': async (world) => {
    await world.start();
    await world.talking();
    world.session.renegotiate();
    await world.pass();
    world.news();
    world.socket.wire();
    await world.inDialog('INVITE', { body: sdp(), headers: CONTACT });
    return told(world, {
      remote: FakePeerConnection.last.steps.filter((step) => step === 'setRemoteDescription offer').length,
    });
  },

  'our offer is told to wait': async (world) => {
    await world.start();
    await world.calling();
    world.session.renegotiate();
    await world.pass();
    const [first] = world.socket.all('INVITE').slice(-1);
    await world.answer('INVITE', 491);
    world.socket.wire();
    await world.pass(5_000);
    const again = world.socket.last('INVITE');
    await world.answer('INVITE', 200, { headers: CONTACT, body: sdp() });
    return {
      sentAgain: again !== first,
      newNumber: again.cseq > (first?.cseq ?? 0),
      acknowledged: world.socket.last('ACK').cseq === again.cseq,
      status: world.session.status,
    };
  },

  'our offer is told to wait, and we hang up': async (world) => {
    await world.start();
    await world.calling();
    world.session.renegotiate();
    await world.pass();
    await world.answer('INVITE', 491);
    world.session.terminate();
    world.socket.wire();
    await world.pass(5_000);
    return { wire: world.socket.wire() };
  },

  'a second offer there before the first is answered': async (world) => {
    await world.start();
    await world.talking();
    FakePeerConnection.gathering = 1_000;
    world.session.once('reinvite', () => {});
    await world.inDialog('INVITE', { body: sdp(), headers: CONTACT });
    await world.inDialog('INVITE', { cseq: 3, body: sdp(), headers: CONTACT });
    return {
      wire: world.socket.wire().filter((title) => title !== '100 INVITE'),
      retry: world.socket.last('500 INVITE').header('Retry-After') !== '',
    };
  },

  'muted and unmuted': async (world) => {
    await world.start();
    await world.calling();
    const { session } = world;
    const track = FakePeerConnection.last.getSenders()[0]?.track;
    session.mute();
    const muted = {
      ...told(world),
      payload: world.payloads['session.muted'],
      is: session.isMuted(),
      track: track?.enabled,
    };
    session.mute();
    const twice = world.news();
    session.unmute();
    return { muted, twice, unmuted: told(world, { is: session.isMuted(), track: track?.enabled }) };
  },

  'tones by INFO': async (world) => {
    await world.start();
    await world.calling();
    world.session.sendDTMF('1,#', { duration: 160, interToneGap: 100, extraHeaders: ['X-Own: 1'] });
    const first = world.socket.last('INFO');
    const { dtmf, originator, request } = world.payloads['session.newDTMF'];
    const outcome: string[] = [];
    dtmf.on('succeeded', ({ originator: by }: any) => outcome.push(`succeeded ${by}`));
    await world.answer('INFO', 200);
    const at: number[] = [];
    for (let ms = 0; ms <= 2_400; ms += 20) {
      if (world.socket.wire().includes('INFO')) at.push(ms);
      await world.pass(20);
    }
    return {
      tone: dtmf.tone,
      duration: dtmf.duration,
      originator,
      request,
      outcome,
      body: first.body,
      type: first.header('Content-Type'),
      own: first.header('X-Own'),
      second: world.socket.last('INFO').body,
      at,
    };
  },

  'tones by RTP, and tones that are none': async (world) => {
    await world.start();
    await world.calling();
    world.session.sendDTMF(12, { transportType: 'RFC2833' });
    const errors = [['x'], ['1', { duration: 'a' }], ['1', { transportType: 'FOO' }], [undefined]].map((given) =>
      thrown(() => world.session.sendDTMF(...given)),
    );
    world.session.terminate();
    return {
      inserted: FakePeerConnection.last.getSenders()[0]?.dtmf.sent,
      errors,
      ended: thrown(() => world.session.sendDTMF('1')),
      wire: world.socket.wire(),
    };
  },

  'a tone there': async (world) => {
    await world.start();
    await world.talking();
    await world.inDialog('INFO', { body: 'Signal=5\r\nDuration=160', contentType: 'application/dtmf-relay' });
    const { dtmf, request } = world.payloads['session.newDTMF'];
    return told(world, { tone: dtmf.tone, duration: dtmf.duration, method: request.method });
  },

  'INFO both ways': async (world) => {
    await world.start();
    await world.talking();
    await world.inDialog('INFO', { body: '{}', contentType: 'Application/JSON' });
    const { info } = world.payloads['session.newInfo'];
    const got = told(world, { type: info.contentType, body: info.body });
    world.session.sendInfo('text/plain', 'hello', { extraHeaders: ['X-Own: 1'] });
    const sent = world.socket.last('INFO');
    await world.inDialog('INFO', { cseq: 3, contentType: null });
    return {
      got,
      sent: [sent.body, sent.header('Content-Type'), sent.header('X-Own')],
      nothing: world.socket.wire(),
      heard: world.news(),
    };
  },

  'requests that do not fit': async (world) => {
    await world.start();
    await world.talking();
    await world.inDialog('PUBLISH');
    await world.inDialog('INFO', { cseq: 1, body: 'x', contentType: 'text/plain' });
    await world.inDialog('OPTIONS', { cseq: 5 });
    return told(world);
  },

  'in-dialog requests before it is answered': async (world) => {
    await world.start();
    await world.incoming();
    world.socket.wire();
    world.news();
    await world.inDialog('UPDATE', { body: sdp(), headers: CONTACT });
    await world.inDialog('REFER', { cseq: 3, headers: ['Refer-To: <sip:carol@example.com>'] });
    return told(world);
  },

  'the connection breaks in a call': async (world) => {
    await world.start();
    await world.calling();
    world.socket.drop();
    await world.pass();
    const dropped = { heard: world.news(), status: world.session.status };
    await world.pass(3_000);
    world.news();
    world.session.terminate();
    return { dropped, reconnected: world.ua.isConnected(), wire: world.socket.wire() };
  },

  'a key while there is no connection': async (world) => {
    await world.start();
    await world.talking();
    world.socket.drop();
    await world.pass();
    world.news();
    world.session.sendDTMF('1');
    await world.pass(100);
    return { heard: world.news(), status: world.session.status };
  },
  'held while there is no connection': async (world) => {
    await world.start();
    await world.calling();
    world.socket.drop();
    await world.pass();
    world.news();
    world.session.hold();
    await world.pass();
    return {
      heard: world.news().filter((event) => event.startsWith('session.') && !event.startsWith('session.sdp')),
      status: world.session.status,
    };
  },
};

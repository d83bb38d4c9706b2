import { proxied, type Stories, thrown, told } from './story.js';
import { FakePeerConnection, FakeStream, media, sdp } from './webrtc.js';
import { CONTACT, registrar, type World } from './world.js';

const lines = (world: World, title: string): string[] =>
  world.socket
    .last(title)
    .text.split('\r\n\r\n', 1)[0]!
    .split('\r\n')
    .filter((line) => /^(X-|Contact|From|To|Call-ID|Content-Type|Session-Expires)/i.test(line))
    .map((line) => line.replace(/tag=.*|(?<=sip:)\w{8}@.*?(?=;)|(?<=Call-ID: ).*/, '*'));

/** What applications do that no document says. */
export const habits: Stories = {
  'options that are there and are nothing': async (world) => {
    const nothing = { extraHeaders: false, eventHandlers: null, mediaConstraints: null, pcConfig: null, data: null };
    await world.start();
    world.ua.call('bob', { ...nothing, mediaStream: null, fromUserName: null, anonymous: null });
    await world.pass();
    await world.answer('INVITE', 200, { headers: CONTACT, body: sdp() });
    const called = told(world, { asked: media.asked, pc: FakePeerConnection.last.configuration });
    world.session.sendDTMF('1', { duration: null, interToneGap: null, transportType: null, extraHeaders: false });
    world.session.sendInfo('text/plain', 'x', { extraHeaders: null });
    world.session.renegotiate({ extraHeaders: false, useUpdate: null });
    await world.pass();
    await world.answer('INVITE', 200, { headers: CONTACT, body: sdp() });
    const spoken = { wire: world.socket.wire(), duration: world.payloads['session.newDTMF'].dtmf.duration };
    world.session.terminate({ cause: null, status_code: null, reason_phrase: null, extraHeaders: false, body: null });
    const ended = world.payloads['session.ended'].cause;
    world.ua.sendMessage('bob', 'x', { contentType: null, extraHeaders: false, eventHandlers: null });
    await world.incoming();
    world.session.answer({ ...nothing });
    await world.pass();
    world.session.once('reinvite', (event: any) => event.reject({ status_code: null }));
    await world.inDialog('ACK', { cseq: 1 });
    await world.inDialog('INVITE', { body: sdp(), headers: CONTACT });
    return { called, spoken, ended, answered: told(world) };
  },

  'lines of the application’s as they come': async (world) => {
    await world.start();
    await world.outgoing({
      extraHeaders: ['  X-Spaces: 1', 'x-small:2', 'From: <sip:other@example.com>', 'Call-ID: mine', 'To: <sip:x@y>'],
    });
    const invite = lines(world, 'INVITE');
    await world.incoming();
    world.session.answer({ extraHeaders: ['  X-Spaces: 1'] });
    await world.pass();
    return { invite, answer: lines(world, '200 INVITE') };
  },

  'lines of ours that the application changes as they are sent': async (world) => {
    await world.start();
    const session = world.ua.call('bob', { mediaConstraints: { audio: true } });
    session.on('sending', ({ request }: any) => {
      request.setHeader('Contact', '<sip:me@192.0.2.1>');
      request.extraHeaders = request.extraHeaders.filter((line: string) => !line.startsWith('Session-Expires'));
    });
    await world.pass();
    const sent = lines(world, 'INVITE');
    await world.answer('INVITE', 401, { headers: ['WWW-Authenticate: Digest realm="r", nonce="n"'] });
    return { sent, again: lines(world, 'INVITE') };
  },

  'a description that the application adds to': async (world) => {
    await world.start();
    await world.calling();
    world.session.on('sdp', (event: any) => (event.sdp += 'a=mine\r\n'));
    world.session.renegotiate();
    await world.pass();
    const added = (text: string): number => text.split('a=mine').length - 1;
    const { remoteDescription } = FakePeerConnection.last;
    await world.answer('INVITE', 200, { headers: CONTACT, body: sdp() });
    return {
      offer: added(world.socket.last('INVITE').body),
      before: added(remoteDescription?.sdp ?? ''),
      answer: added(FakePeerConnection.last.remoteDescription?.sdp ?? ''),
    };
  },

  'names that are JsSIP’s own': async (world) => {
    await world.start();
    await world.incoming();
    const { session, ua } = world;
    const incoming = [
      session._remote_identity._uri._user,
      session._remote_identity._display_name,
      session._local_identity.uri.user,
      session._request.headers['Contact'][0].raw,
      session._connection,
      ua._sessions[session.id] === session,
      ua._configuration.uri.user,
      ua._transport.socket === world.socket,
      ua._registrator === ua.registrator(),
    ];
    session.answer({ mediaConstraints: { audio: true } });
    let message: any;
    ua.on('newMessage', (event: any) => (message = event.message));
    await world.receive('MESSAGE', { callId: 'other', body: 'hello', contentType: 'text/plain' });
    return {
      incoming,
      connection: session._connection === session.connection && session._connection !== null,
      message: [message._remote_identity._uri._user, message._request.body],
    };
  },

  'calls that are kept in proxies': async (world) => {
    await world.start();
    await world.incoming();
    const came = proxied(world.session);
    came.answer({ mediaConstraints: { audio: true } });
    await world.pass();
    await world.inDialog('ACK', { cseq: 1 });
    came.mute();
    came.hold();
    await world.pass();
    await world.answer('INVITE', 200, { headers: CONTACT, body: sdp() });
    const held = told(world, { is: [came.isMuted(), came.isOnHold(), came.status, came.remote_identity.uri.user] });
    came.sendDTMF('1');
    came.terminate();
    await world.outgoing();
    const ours = proxied(world.session);
    await world.answer('INVITE', 200, { headers: CONTACT, body: sdp() });
    ours.unmute();
    ours.terminate({ status_code: 486 });
    return { held, after: told(world), sessions: Object.keys(world.ua._sessions) };
  },

  'the configuration is written to': async (world) => {
    await world.start();
    Object.assign(world.ua.configuration, { display_name: 'New', extra_headers: ['X-New: 1'], password: 'new' });
    Object.assign(world.ua._configuration, { authorization_user: 'other' });
    await world.outgoing();
    await world.answer('INVITE', 401, { headers: ['WWW-Authenticate: Digest realm="r", nonce="n"'] });
    const authorization = world.socket.last('INVITE').header('Authorization');
    return {
      lines: lines(world, 'INVITE'),
      user: /username="(.*?)"/.exec(authorization)?.[1],
      ha1: world.ua.get('ha1'),
      odd: ['constructor', 'toString', 'uri'].map((name) => world.ua.set(name, 'x')),
    };
  },

  'an anonymous call stays so': async (world) => {
    await world.start();
    await world.calling({ anonymous: true, fromDisplayName: 'Nobody' });
    world.session.renegotiate();
    await world.pass();
    const ours = lines(world, 'INVITE');
    await world.answer('INVITE', 200, { headers: CONTACT, body: sdp() });
    await world.fromCalled('INVITE', { uri: 'sip:alice@example.com', body: sdp(), headers: CONTACT });
    const theirs = world.socket.last('200 INVITE').header('Contact');
    return { ours, theirs, contact: world.session.contact };
  },

  'an anonymous call is hung up there': async (world) => {
    await world.start();
    await world.calling({ anonymous: true });
    await world.fromCalled('BYE');
    return told(world);
  },

  'the application’s lines in what is sent by itself': async (world) => {
    await world.start({ extra_headers: ['X-All: 1'] });
    await world.outgoing();
    await world.answer('INVITE', 180, { headers: CONTACT });
    world.session.terminate();
    await world.answer('INVITE', 487);
    return { cancel: lines(world, 'CANCEL'), ack: lines(world, 'ACK') };
  },

  'keys before anything rings there': async (world) => {
    await world.start();
    await world.outgoing();
    await world.answer('INVITE', 100);
    const thrownBy = thrown(() => world.session.sendDTMF('1'));
    await world.pass(700);
    await world.answer('INVITE', 180, { headers: CONTACT });
    return told(world, { thrownBy });
  },

  'a message inside a call that rings there': async (world) => {
    await world.start();
    await world.outgoing();
    await world.answer('INVITE', 180, { headers: CONTACT });
    world.socket.wire();
    return { thrown: thrown(() => world.session.sendInfo('text/plain', 'x')), wire: world.socket.wire() };
  },

  'muted before there is a microphone': async (world) => {
    await world.start();
    await world.incoming();
    world.session.answer({ mediaConstraints: { audio: true } });
    world.session.mute({ audio: 1, video: null });
    await world.pass();
    const [sender] = FakePeerConnection.last.getSenders();
    return { is: world.session.isMuted(), told: world.payloads['session.muted'], track: sender?.track.enabled };
  },

  'a transfer to another call that came': async (world) => {
    await world.start();
    await world.calling();
    const first = world.session;
    await world.talking();
    first.refer('bob', { replaces: world.session });
    const refer = decodeURIComponent(world.socket.last('REFER').header('Refer-To'));
    return { to: refer.replace(world.socket.last('200 INVITE').tag('To'), 'OURS') };
  },

  'a call when the user agent has stopped': async (world) => {
    await world.start();
    world.ua.stop();
    await world.pass();
    world.ua.call('bob');
    await world.pass(100);
    return told(world, { asked: media.asked.length });
  },

  'a stream of the application’s, shared by calls': async (world) => {
    await world.start();
    const stream = new FakeStream('audio', 'video');
    await world.calling({ mediaStream: stream, pcConfig: { iceTransportPolicy: 'relay' } });
    world.session.terminate();
    await world.calling({ mediaStream: stream });
    world.session.terminate();
    return {
      stopped: stream.tracks.map((track) => track.stopped),
      asked: media.asked.length,
      pcs: FakePeerConnection.all.map(({ configuration, steps }) => [configuration, steps[0]]),
    };
  },

  'requests that the server gives up on': async (world) => {
    registrar(world.socket);
    await world.start({ register: true });
    world.news();
    world.socket.answer = undefined;
    world.ua.register();
    await world.pass();
    const seen: unknown[] = [];
    world.ua.on('registrationFailed', ({ response }: any) => seen.push(response, world.ua.isRegistered()));
    await world.answer('REGISTER', 408);
    const message = world.ua.sendMessage('bob', 'x');
    message.on('failed', ({ originator, cause, response }: any) => seen.push([originator, cause, response]));
    await world.answer('MESSAGE', 408);
    return told(world, { seen, registered: world.ua.isRegistered() });
  },

  'a refusal with a body of its own kind': async (world) => {
    await world.start();
    await world.incoming();
    world.session.terminate({ status_code: 486, body: 'busy', extraHeaders: ['Content-Type: text/plain'] });
    return {
      types: world.socket.last('486 INVITE').headers('Content-Type'),
      body: world.socket.last('486 INVITE').body,
    };
  },

  'headers in their short form, and folded': async (world) => {
    await world.start();
    await world.incoming({ headers: ['s: short', 'X-Long: a\r\n b'] });
    const { request } = world.payloads['newRTCSession'];
    return { subject: request.hasHeader('subject'), long: request.getHeader('x-long') };
  },
};

import { type Stories, thrown, told } from './story.js';
import { FakePeerConnection, FakeStream, media, sdp } from './webrtc.js';
import { CONTACT } from './world.js';

export const answering: Stories = {
  'the microphone is denied': async (world) => {
    await world.start();
    await world.incoming();
    world.socket.wire();
    world.news();
    media.denied = true;
    world.session.answer({ mediaConstraints: { audio: true } });
    await world.pass();
    return told(world);
  },

  'the offer cannot be applied': async (world) => {
    await world.start();
    await world.incoming();
    world.socket.wire();
    world.news();
    FakePeerConnection.failing.add('setRemoteDescription');
    world.session.answer({ mediaConstraints: { audio: true } });
    await world.pass();
    return told(world);
  },

  'no answer can be made': async (world) => {
    await world.start();
    await world.incoming();
    world.socket.wire();
    world.news();
    FakePeerConnection.failing.add('createAnswer');
    world.session.answer({ mediaConstraints: { audio: true } });
    await world.pass();
    return told(world, { message: world.payloads['session.failed'].message });
  },

  'gathering is slow': async (world) => {
    await world.start();
    await world.incoming();
    FakePeerConnection.gathering = 30_000;
    world.session.answer({ mediaConstraints: { audio: true } });
    await world.pass(1);
    const candidates = told(world);
    world.socket.wire();
    await world.pass(2_900);
    return { candidates, within3s: world.socket.wire() };
  },

  'gathering is ended by the application': async (world) => {
    await world.start();
    await world.incoming();
    FakePeerConnection.gathering = 30_000;
    world.session.on('icecandidate', ({ ready }: any) => ready());
    world.session.answer({ mediaConstraints: { audio: true } });
    await world.pass(20);
    return { sent: world.socket.all('200 INVITE').length, heard: world.news() };
  },

  'an INVITE without an offer': async (world) => {
    await world.start();
    await world.incoming({ body: '' });
    world.session.answer({ mediaConstraints: { audio: true } });
    await world.pass();
    const answered = told(world);
    await world.inDialog('ACK', { cseq: 1, body: sdp() });
    return {
      answered,
      acknowledged: told(world),
      microphone: media.asked.length,
      offered: world.socket.last('200 INVITE').body.includes('m=audio'),
    };
  },

  'an INVITE without an offer, and an ACK without an answer': async (world) => {
    await world.start();
    await world.incoming({ body: '' });
    world.session.answer({ mediaConstraints: { audio: true } });
    await world.pass();
    world.socket.wire();
    world.news();
    await world.inDialog('ACK', { cseq: 1 });
    return told(world, { reason: world.socket.last('BYE').header('Reason') });
  },

  'the application gives its own stream': async (world) => {
    await world.start();
    await world.incoming();
    const mediaStream = new FakeStream('audio', 'video');
    world.session.answer({ mediaStream, mediaConstraints: { audio: true, video: false } });
    await world.pass();
    await world.inDialog('ACK', { cseq: 1 });
    world.session.terminate();
    return {
      asked: media.asked.length,
      added: FakePeerConnection.last.steps.filter((step) => step.startsWith('addTrack')),
      stopped: mediaStream.tracks.map((track) => track.stopped),
    };
  },

  'constraints follow the offer': async (world) => {
    await world.start();
    await world.incoming();
    world.session.answer();
    await world.pass();
    return { asked: media.asked };
  },

  'pcConfig, headers and session time of the answer': async (world) => {
    await world.start();
    await world.incoming({ headers: ['Session-Expires: 1800;refresher=uac', 'Supported: timer'] });
    const pcConfig = { iceServers: [{ urls: 'stun:stun.example.com' }] };
    world.session.answer({ pcConfig, mediaConstraints: { audio: true }, extraHeaders: ['X-Own: 1'], data: { a: 1 } });
    await world.pass();
    const ok = world.socket.last('200 INVITE');
    return {
      configuration: FakePeerConnection.last.configuration,
      headers: ok.names,
      expires: ok.header('Session-Expires'),
      data: world.session.data,
    };
  },

  'the application changes the answer': async (world) => {
    await world.start();
    await world.incoming();
    world.session.on('sdp', (event: any) => {
      if (event.originator === 'local') event.sdp = `${event.sdp}a=changed\r\n`;
      else event.sdp = event.sdp.replace('opus', 'OPUS');
    });
    world.session.answer({ mediaConstraints: { audio: true } });
    await world.pass();
    return {
      sent: world.socket.last('200 INVITE').body.includes('a=changed'),
      applied: FakePeerConnection.last.remoteDescription?.sdp.includes('OPUS'),
    };
  },

  'held as soon as it is answered': async (world) => {
    await world.start();
    await world.incoming();
    world.session.on('accepted', () => world.session.hold());
    world.session.answer({ mediaConstraints: { audio: true } });
    await world.pass();
    await world.inDialog('ACK', { cseq: 1 });
    const offers = world.socket.all('INVITE').length;
    await world.answer('INVITE', 200, { headers: CONTACT, body: sdp() });
    await world.pass();
    return {
      offers,
      held: world.session.isOnHold(),
      status: world.session.status,
      ready: world.session.isReadyToReOffer(),
    };
  },

  'answered twice, or an outgoing one': async (world) => {
    await world.start();
    await world.incoming();
    world.session.answer({ mediaConstraints: { audio: true } });
    const twice = thrown(() => world.session.answer());
    await world.outgoing();
    return { twice, outgoing: thrown(() => world.session.answer()) };
  },
};

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nextTask } from '../body/next-task.js';
import { Peer, type PeerReports } from '../body/peer.js';
import { FakeConnection, FakeStream, FakeTrack, installWebRtc, log } from './support/webrtc.js';

let heard: unknown[][];
let microphone: () => Promise<FakeStream>;
let tracks: FakeTrack[];
let played: HTMLAudioElement[];

beforeEach(() => {
  installWebRtc();
  vi.useFakeTimers();
  heard = [];
  tracks = [];
  played = [];
  microphone = () => {
    const track = new FakeTrack();
    tracks.push(track);
    return Promise.resolve(new FakeStream([track]));
  };
});

afterEach(() => vi.useRealTimers());

function peer(): { peer: Peer; readonly connection: FakeConnection } {
  const index = FakeConnection.made.length;
  const reports = new Proxy(
    {},
    {
      get:
        (_, name) =>
        (...args: unknown[]) =>
          heard.push([name, ...args]),
    },
  ) as PeerReports;
  const made = new Peer(
    0,
    {
      configuration: () => ({ iceServers: [] }),
      openMicrophone: () => microphone() as unknown as Promise<MediaStream>,
      play: (element) => played.push(element),
      forget: () => undefined,
    },
    reports,
  );
  return {
    peer: made,
    // Made by the first step.
    get connection() {
      const connection = FakeConnection.made[index];
      if (!connection) throw new Error('no connection');
      return connection;
    },
  };
}

/** The next task, and what follows from it. */
const soon = async () => {
  await nextTask();
  await vi.advanceTimersByTimeAsync(0);
};

describe('answering', () => {
  it('is prepared without candidates and microphone, both join at the click', async () => {
    const open = microphone;
    microphone = () => {
      log.push('microphone');
      return open();
    };
    const made = peer();
    const { peer: p } = made;
    p.request({ type: 'answer', media: 0, offer: 'theirs', direction: 0 });
    expect(FakeConnection.made, 'the call is told of first').toHaveLength(0);
    await soon();
    const { connection } = made;
    expect(log).toEqual(['remote offer', 'sendrecv', 'setStreams 1', 'createAnswer', 'local answer']);
    expect(tracks).toEqual([]);
    connection.candidate(null);
    await soon();
    expect(heard).toEqual([['described', 'ours']]);

    log.length = 0;
    const description = [
      'v=0',
      'm=audio 9',
      'a=candidate:1 first',
      'a=candidate:2 bad',
      'a=candidate:4 1 tcp 1518214911 ::1 9 typ host tcptype active',
      'm=video 0',
      'a=candidate:3 third',
      '',
    ].join('\r\n');
    p.request({ type: 'addCandidates', description });
    p.request({ type: 'openMicrophone', media: 0 });
    await soon();
    const candidates = ['candidate:1 first 0', 'candidate:2 bad 0', 'candidate:3 third 1'];
    expect(log).toEqual([...candidates, 'microphone', 'replaceTrack']);
    expect(heard.at(-1)).toEqual(['microphoneOpened']);
  });

  it('has the microphone first where permission must be asked', async () => {
    const { peer: p } = peer();
    p.request({ type: 'openMicrophone', media: 0 });
    await soon();
    expect(heard).toEqual([['microphoneOpened']]);
    p.request({ type: 'answer', media: 0, offer: 'theirs', direction: 0 });
    await soon();
    expect(log).toEqual(['remote offer', 'sendrecv', 'setStreams 1', 'replaceTrack', 'createAnswer', 'local answer']);
  });

  it('waits for candidates half a second after the first, and never more than two', async () => {
    const first = peer();
    first.peer.request({ type: 'answer', media: 0, offer: 'theirs', direction: 0 });
    await soon();
    await vi.advanceTimersByTimeAsync(100);
    first.connection.candidate('candidate:1');
    await vi.advanceTimersByTimeAsync(499);
    expect(heard).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(heard).toHaveLength(1);

    const second = peer();
    second.peer.request({ type: 'answer', media: 0, offer: 'theirs', direction: 0 });
    await soon();
    await vi.advanceTimersByTimeAsync(1999);
    expect(heard).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(heard).toHaveLength(2);
  });

  it('of a broken offer fails, and the next step is still done', async () => {
    const { peer: p } = peer();
    p.request({ type: 'answer', media: 0, offer: 'broken', direction: 0 });
    p.request({ type: 'accept', answer: 'theirs' });
    await soon();
    expect(heard).toEqual([['failed', 'Invalid SDP'], ['accepted']]);
  });
});

describe('calling', () => {
  it('opens the microphone before the offer', async () => {
    const made = peer();
    const { peer: p } = made;
    p.request({ type: 'offer', media: 0, direction: 0, iceRestart: false });
    await soon();
    const { connection } = made;
    expect(log).toEqual(['addTransceiver', 'sendrecv', 'createOffer', 'local offer']);
    connection.candidate(null);
    await soon();
    p.request({ type: 'accept', answer: 'theirs' });
    await soon();
    expect(heard).toEqual([['described', 'ours'], ['accepted']]);
  });

  it('without a microphone says why and offers nothing', async () => {
    microphone = () => Promise.reject(new DOMException('Denied', 'NotAllowedError'));
    const { peer: p } = peer();
    p.request({ type: 'offer', media: 0, direction: 0, iceRestart: false });
    await soon();
    expect(heard).toEqual([['microphoneFailed', 'NotAllowedError', 'Denied']]);
    expect(log).toEqual([]);
  });
});

describe('a call under way', () => {
  async function talking(): Promise<{ p: Peer; connection: FakeConnection }> {
    const made = peer();
    const { peer: p } = made;
    p.request({ type: 'offer', media: 0, direction: 0, iceRestart: false });
    await soon();
    const { connection } = made;
    connection.candidate(null);
    await soon();
    connection.become('connected');
    const [transceiver] = connection.transceivers;
    if (transceiver) transceiver.currentDirection = 'sendrecv';
    heard.length = 0;
    log.length = 0;
    return { p, connection };
  }

  it('offers again for another who answered', async () => {
    const { p, connection } = await talking();
    connection.signalingState = 'stable';
    p.request({ type: 'accept', answer: 'another' });
    await soon();
    expect(log).toEqual(['createOffer', 'local offer', 'remote answer']);
    expect(heard).toEqual([['accepted']]);
  });

  it('has an answer described before it is taken back and another made, and takes back only what stands', async () => {
    const { p, connection } = await talking();
    p.request({ type: 'answer', media: 0, offer: 'theirs', direction: 0 });
    p.request({ type: 'rollback' });
    p.request({ type: 'offer', media: 0, direction: 1, iceRestart: false });
    connection.signalingState = 'stable';
    await soon();
    expect(log.at(-1), 'nothing else is begun while candidates are waited for').toBe('local answer');
    expect(heard).toEqual([]);
    await vi.advanceTimersByTimeAsync(5000);
    expect(log.slice(-3)).toEqual(['sendonly', 'createOffer', 'local offer']);
    expect(heard.filter(([name]) => name !== 'noMedia')).toEqual([
      ['described', 'ours'],
      ['described', 'ours'],
    ]);
    connection.signalingState = 'have-local-offer';
    p.request({ type: 'rollback' });
    await soon();
    expect(log.at(-1)).toBe('local rollback');
  });

  it('presses keys in RTP, after those that still sound', async () => {
    const { p, connection } = await talking();
    p.request({ type: 'insertDtmf', tones: '12', duration: 160, gap: 70 });
    p.request({ type: 'insertDtmf', tones: '#', duration: 100, gap: 50 });
    await soon();
    expect(log).toEqual(['keys 12 160 70', 'keys 12# 100 50']);
    const [transceiver] = connection.transceivers;
    if (transceiver) transceiver.sender.dtmf.canInsertDTMF = false;
    p.request({ type: 'insertDtmf', tones: '1', duration: 160, gap: 70 });
    await soon();
    expect(heard).toEqual([['failed', 'The far end takes no keys']]);
  });

  it('stays muted over a change of the microphone', async () => {
    const { p } = await talking();
    p.request({ type: 'mute', on: 1 });
    expect(tracks[0]?.enabled).toBe(false);
    p.changeMicrophone();
    await soon();
    expect(tracks.map(({ enabled, stopped }) => [enabled, stopped])).toEqual([
      [false, true],
      [false, false],
    ]);
    p.request({ type: 'mute', on: 0 });
    expect(tracks[1]?.enabled).toBe(true);
    expect(heard).toEqual([]);
  });

  it('held is heard by neither side, and resumed is still muted', async () => {
    const { p } = await talking();
    p.request({ type: 'mute', on: 1 });
    p.request({ type: 'hold', on: 1 });
    expect([tracks[0]?.enabled, p.audio.muted]).toEqual([false, true]);
    p.request({ type: 'hold', on: 0 });
    expect([tracks[0]?.enabled, p.audio.muted]).toEqual([false, false]);
    p.request({ type: 'offer', media: 0, direction: 1, iceRestart: false });
    await soon();
    expect(log.slice(0, 3)).toEqual(['sendonly', 'createOffer', 'local offer']);
  });

  it('tells once of five seconds without a packet, and again after the next silence', async () => {
    const { connection } = await talking();
    for (let second = 0; second < 3; second++) {
      connection.packets += 50;
      await vi.advanceTimersByTimeAsync(1000);
    }
    await vi.advanceTimersByTimeAsync(4900);
    expect(heard).toEqual([]);
    await vi.advanceTimersByTimeAsync(5000);
    expect(heard).toEqual([['noMedia']]);
    connection.packets += 50;
    await vi.advanceTimersByTimeAsync(7000);
    expect(heard).toEqual([['noMedia'], ['noMedia']]);
  });

  it('expects no packets while nothing is to come', async () => {
    const { connection } = await talking();
    const [transceiver] = connection.transceivers;
    if (transceiver) transceiver.currentDirection = 'sendonly';
    await vi.advanceTimersByTimeAsync(10_000);
    expect(heard).toEqual([]);
  });

  it('tells of a network that breaks and comes back', async () => {
    const { connection } = await talking();
    connection.become('disconnected');
    connection.become('failed');
    connection.become('connected');
    expect(heard).toEqual([['disconnected'], ['disconnected'], ['connected']]);
  });

  it('plays the other side, and closed lets go of all', async () => {
    const { p, connection } = await talking();
    connection.ontrack?.({ track: {}, streams: [new MediaStream()] });
    expect(played).toEqual([p.audio]);
    p.close();
    expect([connection.closed, tracks[0]?.stopped, p.audio.srcObject]).toEqual([true, true, null]);
    connection.become('failed');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(heard).toEqual([]);
  });

  it('releases a microphone that is granted after the end', async () => {
    let grant!: (stream: FakeStream) => void;
    microphone = () => new Promise((resolve) => (grant = resolve));
    const { peer: p } = peer();
    p.request({ type: 'openMicrophone', media: 0 });
    await soon();
    p.close();
    const track = new FakeTrack();
    grant(new FakeStream([track]));
    await soon();
    expect(track.stopped).toBe(true);
    expect(heard).toEqual([]);
  });

  it('that is over before its microphone was asked for opens none', async () => {
    const { peer: p } = peer();
    p.request({ type: 'openMicrophone', media: 0 });
    p.close();
    await soon();
    expect(tracks).toEqual([]);
  });
});

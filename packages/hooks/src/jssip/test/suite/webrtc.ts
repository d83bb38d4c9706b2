/** A peer connection as far as a user agent uses one. What it does is written down in `steps`. */
export class FakePeerConnection extends EventTarget {
  static all: FakePeerConnection[] = [];
  /** Ways to fail, by the method's name. */
  static failing = new Set<string>();
  /** Milliseconds until gathering is complete; at once where 0. */
  static gathering = 0;

  readonly steps: string[] = [];
  readonly configuration: unknown;
  signalingState = 'stable';
  iceGatheringState = 'new';
  iceConnectionState = 'new';
  localDescription: { type: string; sdp: string } | null = null;
  remoteDescription: { type: string; sdp: string } | null = null;
  readonly #senders: {
    track: FakeTrack;
    dtmf: { toneBuffer: string; insertDTMF(tones: string): void; sent: string[] };
  }[] = [];
  #offers = 0;

  constructor(configuration?: unknown) {
    super();
    this.configuration = configuration;
    FakePeerConnection.all.push(this);
  }

  static get last(): FakePeerConnection {
    const last = FakePeerConnection.all.at(-1);
    if (!last) throw new Error('no peer connection was made');
    return last;
  }

  addTrack(track: FakeTrack): unknown {
    this.steps.push(`addTrack ${track.kind}`);
    const sent: string[] = [];
    const sender = { track, dtmf: { toneBuffer: '', insertDTMF: (tones: string) => void sent.push(tones), sent } };
    this.#senders.push(sender);
    return sender;
  }

  getSenders() {
    return this.#senders;
  }

  getTransceivers(): unknown[] {
    return [];
  }

  async createOffer(): Promise<{ type: string; sdp: string }> {
    this.#do('createOffer');
    return { type: 'offer', sdp: sdp({ session: ++this.#offers }) };
  }

  async createAnswer(): Promise<{ type: string; sdp: string }> {
    this.#do('createAnswer');
    return { type: 'answer', sdp: sdp({ session: ++this.#offers }) };
  }

  async setLocalDescription(description: { type: string; sdp: string }): Promise<void> {
    this.#do(`setLocalDescription ${description?.type}`);
    if (description.type === 'rollback') {
      this.signalingState = 'stable';
      return;
    }
    this.localDescription = description;
    this.signalingState = description.type === 'offer' ? 'have-local-offer' : 'stable';
    this.iceGatheringState = 'gathering';
    if (FakePeerConnection.gathering) {
      setTimeout(() => this.candidate(), 10);
      setTimeout(() => this.gathered(), FakePeerConnection.gathering);
    } else {
      queueMicrotask(() => {
        this.candidate();
        this.gathered();
      });
    }
  }

  async setRemoteDescription(description: { type: string; sdp: string }): Promise<void> {
    this.#do(`setRemoteDescription ${description.type}`);
    const fits =
      description.type === 'answer' ? this.signalingState === 'have-local-offer' : this.signalingState === 'stable';
    if (!fits) throw new Error(`${description.type} in ${this.signalingState}`);
    this.remoteDescription = description;
    this.signalingState = description.type === 'offer' ? 'have-remote-offer' : 'stable';
  }

  candidate(): void {
    const candidate = { candidate: 'candidate:1 1 udp 1 192.0.2.1 9 typ host', sdpMLineIndex: 0 };
    this.dispatchEvent(Object.assign(new Event('icecandidate'), { candidate }));
  }

  gathered(): void {
    this.iceGatheringState = 'complete';
    this.dispatchEvent(new Event('icegatheringstatechange'));
    this.dispatchEvent(Object.assign(new Event('icecandidate'), { candidate: null }));
  }

  connectionState(state: string): void {
    this.iceConnectionState = state;
    this.dispatchEvent(new Event('iceconnectionstatechange'));
  }

  close(): void {
    this.steps.push('close');
    this.signalingState = 'closed';
  }

  #do(step: string): void {
    this.steps.push(step);
    const [method = ''] = step.split(' ');
    if (FakePeerConnection.failing.has(method)) throw new Error(`${method} fails`);
  }
}

export class FakeTrack {
  enabled = true;
  stopped = false;
  readonly kind: string;

  constructor(kind: string) {
    this.kind = kind;
  }

  stop(): void {
    this.stopped = true;
  }
}

export class FakeStream {
  readonly tracks: FakeTrack[];

  constructor(...kinds: string[]) {
    this.tracks = kinds.map((kind) => new FakeTrack(kind));
  }

  getTracks(): FakeTrack[] {
    return [...this.tracks];
  }

  getAudioTracks(): FakeTrack[] {
    return this.tracks.filter((track) => track.kind === 'audio');
  }

  getVideoTracks(): FakeTrack[] {
    return this.tracks.filter((track) => track.kind === 'video');
  }

  removeTrack(track: FakeTrack): void {
    this.tracks.splice(this.tracks.indexOf(track), 1);
  }
}

/** What the page's microphone is. */
export const media = {
  asked: [] as MediaStreamConstraints[],
  streams: [] as FakeStream[],
  denied: false,
};

export function installWebRtc(): void {
  FakePeerConnection.all = [];
  FakePeerConnection.failing.clear();
  FakePeerConnection.gathering = 0;
  Object.assign(media, { asked: [], streams: [], denied: false });
  const getUserMedia = async (constraints: MediaStreamConstraints): Promise<FakeStream> => {
    media.asked.push(constraints);
    if (media.denied) throw Object.assign(new Error('denied'), { name: 'NotAllowedError' });
    const stream = new FakeStream(...(['audio', 'video'] as const).filter((kind) => constraints[kind]));
    media.streams.push(stream);
    return stream;
  };
  const page = globalThis as Record<string, unknown>;
  page['window'] = globalThis;
  page['RTCPeerConnection'] = FakePeerConnection;
  page['RTCSessionDescription'] = class {
    constructor(description: object) {
      Object.assign(this, description);
    }
  };
  Object.defineProperty(globalThis, 'navigator', { configurable: true, value: { mediaDevices: { getUserMedia } } });
}

/** A session description with one voice. */
export function sdp({ session = 1, direction = 'sendrecv', kind = 'audio' } = {}): string {
  return [
    'v=0',
    `o=- ${session} 2 IN IP4 127.0.0.1`,
    's=-',
    't=0 0',
    'm=' + kind + ' 9 UDP/TLS/RTP/SAVPF 111',
    'c=IN IP4 0.0.0.0',
    'a=rtpmap:111 opus/48000/2',
    `a=${direction}`,
    '',
  ].join('\r\n');
}

/** As much of WebRTC as a peer connection's steps show: what was done, in order. */
export const log: string[] = [];

export class FakeTrack {
  enabled = true;
  stopped = false;
  readonly kind = 'audio';
  stop(): void {
    this.stopped = true;
  }
}

export class FakeStream {
  readonly tracks: FakeTrack[];
  constructor(tracks: FakeTrack[] = []) {
    this.tracks = tracks;
  }
  getTracks(): FakeTrack[] {
    return this.tracks;
  }
  getAudioTracks(): FakeTrack[] {
    return this.tracks;
  }
}

class FakeSender {
  track: FakeTrack | null = null;
  readonly dtmf = {
    canInsertDTMF: true,
    toneBuffer: '',
    insertDTMF(tones: string, duration: number, gap: number): void {
      this.toneBuffer = tones;
      log.push(`keys ${tones} ${duration} ${gap}`);
    },
  };
  setStreams(...streams: unknown[]): void {
    log.push(`setStreams ${streams.length}`);
  }
  replaceTrack(track: FakeTrack | null): Promise<void> {
    this.track = track;
    log.push('replaceTrack');
    return Promise.resolve();
  }
}

class FakeTransceiver {
  readonly sender = new FakeSender();
  readonly receiver = { track: { kind: 'audio' } };
  currentDirection: RTCRtpTransceiverDirection | null = null;
  #direction: RTCRtpTransceiverDirection = 'recvonly';
  get direction(): RTCRtpTransceiverDirection {
    return this.#direction;
  }
  set direction(direction: RTCRtpTransceiverDirection) {
    this.#direction = direction;
    log.push(direction);
  }
}

export class FakeConnection extends EventTarget {
  static made: FakeConnection[] = [];
  readonly configuration: RTCConfiguration;
  readonly transceivers: FakeTransceiver[] = [];
  iceGatheringState: RTCIceGatheringState = 'new';
  connectionState: RTCPeerConnectionState = 'new';
  signalingState: RTCSignalingState = 'have-local-offer';
  localDescription: { sdp: string } | null = null;
  onconnectionstatechange: (() => void) | null = null;
  ontrack: ((event: object) => void) | null = null;
  packets = 0;
  closed = false;

  constructor(configuration: RTCConfiguration) {
    super();
    this.configuration = configuration;
    FakeConnection.made.push(this);
  }

  getTransceivers(): FakeTransceiver[] {
    return this.transceivers;
  }

  addTransceiver(track: FakeTrack, { direction }: { direction: RTCRtpTransceiverDirection }): FakeTransceiver {
    log.push('addTransceiver');
    const made = new FakeTransceiver();
    made.sender.track = track;
    made.direction = direction;
    this.transceivers.push(made);
    return made;
  }

  setRemoteDescription({ type, sdp }: { type: string; sdp: string }): Promise<void> {
    if (sdp === 'broken') return Promise.reject(new Error('Invalid SDP'));
    log.push(`remote ${type}`);
    if (this.transceivers.length === 0) this.transceivers.push(new FakeTransceiver());
    return Promise.resolve();
  }

  createOffer({ iceRestart }: RTCOfferOptions = {}): Promise<object> {
    log.push(iceRestart ? 'restart' : 'createOffer');
    return Promise.resolve({ type: 'offer' });
  }

  createAnswer(): Promise<object> {
    log.push('createAnswer');
    return Promise.resolve({ type: 'answer' });
  }

  setLocalDescription({ type }: { type: string }): Promise<void> {
    if (type === 'rollback' && this.signalingState === 'stable')
      return Promise.reject(new Error('Called in wrong signalingState: stable'));
    log.push(`local ${type}`);
    this.localDescription = { sdp: 'ours' };
    return Promise.resolve();
  }

  addIceCandidate({ candidate, sdpMLineIndex }: RTCIceCandidateInit): Promise<void> {
    log.push(`${candidate} ${sdpMLineIndex}`);
    return candidate?.includes('bad') ? Promise.reject(new Error('bad')) : Promise.resolve();
  }

  getStats(): Promise<Map<string, object>> {
    return Promise.resolve(new Map([['in', { type: 'inbound-rtp', packetsReceived: this.packets }]]));
  }

  close(): void {
    this.closed = true;
  }

  /** The network found one. */
  candidate(candidate: string | null): void {
    this.dispatchEvent(
      Object.assign(new Event('icecandidate'), { candidate: candidate === null ? null : { candidate } }),
    );
  }

  become(state: RTCPeerConnectionState): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }
}

export function installWebRtc(): void {
  log.length = 0;
  FakeConnection.made = [];
  Object.assign(globalThis, { RTCPeerConnection: FakeConnection });
}

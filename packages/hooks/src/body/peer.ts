import { mediaDirections, type PeerRequest } from '../engine/contract.js';
import { release } from './devices.js';
import { gathered } from './gathering.js';
import { MediaWatch } from './media-watch.js';
import { nextTask } from './next-task.js';

/** What a peer connection needs from the page. */
export interface PeerBody {
  configuration(media: number): RTCConfiguration;
  openMicrophone(media: number): Promise<MediaStream>;
  /** Plays the other side's voice on the chosen loudspeaker. */
  play(element: HTMLAudioElement): void;
  forget(element: HTMLAudioElement): void;
}

export interface PeerReports {
  described(sdp: string): void;
  accepted(): void;
  failed(message: string): void;
  microphoneOpened(): void;
  microphoneFailed(name: string, message: string): void;
  connected(): void;
  disconnected(): void;
  noMedia(): void;
}

type Step<T extends PeerRequest['type']> = Extract<PeerRequest, { type: T }>;

/** One peer connection and all that it holds: microphone, the other side's voice, the watch over its packets. */
export class Peer {
  readonly #media: number;
  readonly #body: PeerBody;
  readonly #reports: PeerReports;
  #connection: RTCPeerConnection | undefined;
  #audio: HTMLAudioElement | undefined;
  /** The one stream that our track belongs to: without it the far end's `ontrack` has none. */
  #stream: MediaStream | undefined;
  #watch: MediaWatch | undefined;
  #microphone: MediaStream | undefined;
  // Making a connection takes the page some ten milliseconds: a call is told of before.
  #steps: Promise<void> = nextTask();
  #muted = false;
  #held = false;
  #up = false;
  #closed = false;

  constructor(media: number, body: PeerBody, reports: PeerReports) {
    this.#media = media;
    this.#body = body;
    this.#reports = reports;
  }

  /** Plays the other side's voice. */
  get audio(): HTMLAudioElement {
    if (!this.#audio) {
      this.#audio = new Audio();
      this.#audio.autoplay = true;
      this.#audio.muted = this.#held;
    }
    return this.#audio;
  }

  /** Does one step after those before it; what it comes to is reported. */
  request(request: PeerRequest): void {
    switch (request.type) {
      case 'offer':
        return this.#then(() => this.#offer(request));
      case 'answer':
        return this.#then(() => this.#answer(request));
      case 'accept':
        return this.#then(() => this.#accept(request.answer));
      case 'addCandidates':
        return this.#then(() => this.#addCandidates(request.description));
      case 'rollback':
        // Nothing to take back where it failed, or was an answer that is made.
        return this.#then(async () => {
          if (this.#pc.signalingState !== 'stable') await this.#pc.setLocalDescription({ type: 'rollback' });
        });
      case 'openMicrophone':
        // Opening a device keeps the browser busy: the 200 and the other side's candidates come first.
        void nextTask().then(() => this.#joinMicrophone(request.media));
        return;
      case 'mute':
        this.#muted = Boolean(request.on);
        return this.#applyMute();
      case 'hold':
        this.#held = Boolean(request.on);
        return this.#applyMute();
      case 'insertDtmf':
        return this.#then(() => this.#insertDtmf(request));
      case 'close':
        return this.close();
    }
  }

  /** Takes another microphone into the call, after the chosen one changed. */
  changeMicrophone(): void {
    if (this.#microphone) void this.#joinMicrophone(this.#media, false);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#watch?.stop();
    if (this.#connection) {
      this.#connection.ontrack = this.#connection.onconnectionstatechange = null;
      this.#connection.close();
    }
    if (this.#microphone) release(this.#microphone);
    if (!this.#audio) return;
    this.#audio.srcObject = null;
    this.#body.forget(this.#audio);
  }

  /** Made by the first step that needs it; throws where the browser refuses its configuration. */
  get #pc(): RTCPeerConnection {
    if (this.#connection) return this.#connection;
    const connection = new RTCPeerConnection(this.#body.configuration(this.#media));
    connection.ontrack = ({ track, streams }) => this.#hear(streams[0] ?? new MediaStream([track]));
    connection.onconnectionstatechange = () => this.#stateChanged(connection.connectionState);
    this.#watch = new MediaWatch(connection, () => {
      if (!this.#held) this.#reports.noMedia();
    });
    return (this.#connection = connection);
  }

  get #ours(): MediaStream {
    return (this.#stream ??= new MediaStream());
  }

  #then(step: () => Promise<void>): void {
    this.#steps = this.#steps
      .then(() => (this.#closed ? undefined : step()))
      .catch((error: unknown) => {
        if (!this.#closed) this.#reports.failed(error instanceof Error ? error.message : String(error));
      });
  }

  async #offer({ media, direction: index, iceRestart }: Step<'offer'>): Promise<void> {
    const pc = this.#pc;
    const direction = mediaDirections[index] ?? 'sendrecv';
    const transceiver = this.#transceiver();
    if (transceiver) {
      transceiver.direction = direction;
    } else {
      const microphone = this.#microphone ?? (await this.#open(media));
      if (!microphone) return;
      const [track] = microphone.getAudioTracks();
      pc.addTransceiver(track ?? 'audio', { direction, streams: [this.#ours] });
    }
    await pc.setLocalDescription(await pc.createOffer({ iceRestart: !!iceRestart }));
    await this.#describe();
  }

  async #answer({ offer, direction }: Step<'answer'>): Promise<void> {
    const pc = this.#pc;
    await pc.setRemoteDescription({ type: 'offer', sdp: offer });
    const transceiver = this.#transceiver();
    for (const other of pc.getTransceivers()) if (other !== transceiver) other.direction = 'inactive';
    if (!transceiver) throw new Error('The offer has no audio');
    transceiver.direction = mediaDirections[direction] ?? 'sendrecv';
    transceiver.sender.setStreams(this.#ours);
    await this.#join(transceiver);
    await pc.setLocalDescription(await pc.createAnswer());
    await this.#describe();
  }

  async #accept(sdp: string): Promise<void> {
    const pc = this.#pc;
    // Another of those who were called has answered before: our offer stands again for this one.
    if (pc.signalingState === 'stable') await pc.setLocalDescription(await pc.createOffer());
    await pc.setRemoteDescription({ type: 'answer', sdp });
    this.#reports.accepted();
  }

  async #insertDtmf({ tones, duration, gap }: Step<'insertDtmf'>): Promise<void> {
    const dtmf = this.#transceiver()?.sender.dtmf;
    if (!dtmf?.canInsertDTMF) throw new Error('The far end takes no keys');
    // After those that still sound.
    dtmf.insertDTMF(dtmf.toneBuffer + tones, duration, gap);
  }

  async #describe(): Promise<void> {
    await gathered(this.#pc);
    if (!this.#closed) this.#reports.described(this.#pc.localDescription?.sdp ?? '');
  }

  /** The candidates in a whole description, to the media section that they stand in. */
  async #addCandidates(description: string): Promise<void> {
    const adding: Promise<void>[] = [];
    let sdpMLineIndex = -1;
    for (const line of description.split(/\r?\n/)) {
      if (line.startsWith('m=')) sdpMLineIndex++;
      // RFC 6544 §4.3: an active candidate connects to a passive one, and browsers have none.
      if (!line.startsWith('a=candidate:') || line.includes(' tcptype active')) continue;
      // One that this browser cannot use does not spoil the others.
      adding.push(this.#pc.addIceCandidate({ candidate: line.slice(2), sdpMLineIndex }).catch(() => undefined));
    }
    await Promise.all(adding);
  }

  /** The microphone is asked for and joins after the steps under way. */
  async #joinMicrophone(media: number, report = true): Promise<void> {
    if (this.#closed) return;
    const microphone = await this.#open(media, report);
    if (!microphone) return;
    this.#then(async () => {
      await this.#join(this.#transceiver());
      if (report) this.#reports.microphoneOpened();
    });
  }

  async #join(transceiver: RTCRtpTransceiver | undefined): Promise<void> {
    const track = this.#microphone?.getAudioTracks()[0];
    if (track && transceiver?.sender.track !== track) await transceiver?.sender.replaceTrack(track);
  }

  async #open(media: number, report = true): Promise<MediaStream | undefined> {
    let microphone: MediaStream;
    try {
      microphone = await this.#body.openMicrophone(media);
    } catch (error) {
      const { name = 'Error', message = String(error) } = error as Partial<DOMException>;
      if (report && !this.#closed) this.#reports.microphoneFailed(name, message);
      return undefined;
    }
    if (this.#closed) {
      release(microphone);
      return undefined;
    }
    if (this.#microphone) release(this.#microphone);
    this.#microphone = microphone;
    this.#applyMute();
    return microphone;
  }

  #applyMute(): void {
    for (const track of this.#microphone?.getAudioTracks() ?? []) track.enabled = !this.#muted && !this.#held;
    if (this.#audio) this.#audio.muted = this.#held;
  }

  #transceiver(): RTCRtpTransceiver | undefined {
    return this.#pc
      .getTransceivers()
      .find(({ receiver, currentDirection }) => receiver.track.kind === 'audio' && currentDirection !== 'stopped');
  }

  #hear(stream: MediaStream): void {
    this.audio.srcObject = stream;
    this.#body.play(this.audio);
  }

  #stateChanged(state: RTCPeerConnectionState): void {
    if (state === 'connected' && !this.#up) {
      this.#up = true;
      this.#watch?.start();
      this.#reports.connected();
    } else if ((state === 'disconnected' || state === 'failed') && this.#up) {
      this.#up = false;
      this.#reports.disconnected();
    } else if (state === 'failed') {
      this.#reports.disconnected();
    }
  }
}

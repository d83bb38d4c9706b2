import { logger } from './debug.js';

const log = logger('RTCSession');

/** What is told of a peer connection. */
export interface PeerReports {
  emit(event: string, payload: unknown): void;
  /** ICE has failed. */
  broken(): void;
}

export interface SdpEvent {
  originator: 'local' | 'remote';
  type: 'offer' | 'answer';
  /** What listeners leave here is sent, or applied. */
  sdp: string;
}

/** A call's peer connection: JsSIP's events around its steps, which are done one after the other. */
export class Peer {
  readonly connection: RTCPeerConnection;
  readonly #reports: PeerReports;
  /** The most that candidates are waited for, in milliseconds; 0 waits for all. */
  readonly #patience: number;
  #steps: Promise<unknown> = Promise.resolve();
  #iceReady = false;
  /** No description is being made. */
  ready = true;

  constructor(configuration: RTCConfiguration, constraints: unknown, patience: number, reports: PeerReports) {
    this.#reports = reports;
    this.#patience = patience;
    // Old browsers' second argument: applications still pass it.
    const Connection = RTCPeerConnection as unknown as new (
      configuration: RTCConfiguration,
      constraints: unknown,
    ) => RTCPeerConnection;
    this.connection = new Connection(configuration, constraints);
    this.connection.addEventListener('iceconnectionstatechange', () => {
      if (this.connection.iceConnectionState === 'failed') reports.broken();
    });
  }

  /** After all steps before. */
  queue<T>(step: () => Promise<T>): Promise<T> {
    const done = this.#steps.then(step);
    this.#steps = done.catch(() => undefined);
    return done;
  }

  /** Our description with its candidates, as listeners leave it. */
  async describe(type: 'offer' | 'answer', constraints?: RTCOfferOptions | null): Promise<string> {
    const { connection } = this;
    this.ready = false;
    try {
      const made =
        type === 'offer'
          ? connection.createOffer(constraints ?? undefined)
          : (connection.createAnswer as (options?: object | null) => Promise<RTCLocalSessionDescriptionInit>)(
              constraints ?? undefined,
            );
      const description = await this.#or(`create${type}failed`, made);
      await this.#or('setlocaldescriptionfailed', connection.setLocalDescription(description));
      await this.#gathered(!!constraints?.iceRestart);
    } finally {
      this.ready = true;
    }
    return this.shown('local', type, connection.localDescription?.sdp ?? '');
  }

  /** The description as listeners of `sdp` leave it. */
  shown(originator: 'local' | 'remote', type: 'offer' | 'answer', sdp: string): string {
    const event: SdpEvent = { originator, type, sdp };
    this.#reports.emit('sdp', event);
    return event.sdp;
  }

  /** Makes a new offer of ours where an early answer ended the first. */
  async offerAgain(constraints?: RTCOfferOptions | null): Promise<void> {
    if (this.connection.signalingState !== 'stable') return;
    await this.connection.setLocalDescription(await this.connection.createOffer(constraints ?? undefined));
  }

  apply(type: 'offer' | 'answer', sdp: string): Promise<void> {
    return this.connection.setRemoteDescription(new RTCSessionDescription({ type, sdp }));
  }

  failed(step: string, error: unknown): void {
    log.warn(`emit "peerconnection:${step}"`, error);
    this.#reports.emit(`peerconnection:${step}`, error);
  }

  /** Takes back an offer of ours that was refused. */
  rollback(): void {
    void this.queue(async () => {
      if (this.connection.signalingState === 'have-local-offer')
        await this.connection.setLocalDescription({ type: 'rollback' });
    }).catch(() => undefined);
  }

  addStream(stream: MediaStream): void {
    for (const track of stream.getTracks()) this.connection.addTrack(track, stream);
  }

  /** Whether what we send of this kind is heard or seen; also of tracks that replace these. */
  enable(kind: 'audio' | 'video', on: boolean): void {
    for (const sender of this.connection.getSenders()) {
      if (sender.track?.kind !== kind) continue;
      sender.track.enabled = on;
      this.#enabled.set(sender, on);
      this.#watch(sender);
    }
  }

  #enabled = new WeakMap<RTCRtpSender, boolean>();

  #watch(sender: RTCRtpSender): void {
    if (Object.hasOwn(sender, 'replaceTrack') || !sender.replaceTrack) return;
    sender.replaceTrack = async (track) => {
      await RTCRtpSender.prototype.replaceTrack.call(sender, track);
      if (track) track.enabled = this.#enabled.get(sender) ?? true;
    };
  }

  async #or<T>(step: string, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      this.failed(step, error);
      throw error;
    }
  }

  #gathered(restart: boolean): Promise<void> {
    const { connection } = this;
    const state = connection.iceGatheringState;
    if ((state === 'complete' && !restart) || (state === 'gathering' && this.#iceReady)) return Promise.resolve();
    this.#iceReady = false;
    return new Promise((resolve) => {
      const listening = new AbortController();
      const { signal } = listening;
      const ready = (): void => {
        listening.abort();
        clearTimeout(timer);
        // It may go on gathering, and what follows does not wait for it.
        this.#iceReady = true;
        resolve();
      };
      const timer = this.#patience ? setTimeout(ready, this.#patience) : undefined;
      connection.addEventListener(
        'icecandidate',
        ({ candidate }) => {
          if (candidate) this.#reports.emit('icecandidate', { candidate, ready });
          else ready();
        },
        { signal },
      );
      connection.addEventListener(
        'icegatheringstatechange',
        () => {
          if (connection.iceGatheringState === 'complete') ready();
        },
        { signal },
      );
    });
  }
}

import { Clock } from '../engine/clock.js';
import type { Engine, HttpOutput, Notice, Output, PeerRequest, SessionSnapshot, Slice } from '../engine/contract.js';
import { Pump } from '../engine/pump.js';
import { waitingSession } from '../session-event.js';
import type { State } from '../state.js';
import { type CallOptions, type Session, SessionDirection, SessionStatus, type TerminateOptions } from '../types.js';
import { Devices } from './devices.js';
import { MediaOptionsTable } from './media-options.js';
import { Peer, type PeerBody, type PeerReports } from './peer.js';
import { Sockets } from './sockets.js';
import { setSink, type Sound, Sounds } from './sounds.js';

/** What only the operator's machine asks for. */
export type OtherOutput =
  HttpOutput | Extract<Output, { type: 'openStream' | 'closeStream' | 'keepEvents' | 'credentialsRefused' }>;

export interface CallBodyOwner {
  /** Parts of the state were replaced. */
  state(change: Partial<State>): void;
  notice(notice: Notice): void;
  perform(output: OtherOutput): void;
  /** Going on line wants the microphone's permission. */
  askMicrophone(): void;
  /** The engine trapped. */
  failed(error: unknown): void;
}

/** How long goodbyes may take: BYE, un-REGISTER and their answers. */
const GOODBYE = 1000;

/** What both machines need of a page: sockets, peer connections, devices, sounds and time. */
export class CallBody<E extends Engine> {
  readonly pump: Pump<E>;
  readonly devices: Devices;
  readonly media = new MediaOptionsTable();
  readonly #owner: CallBodyOwner;
  readonly #engine: E;
  readonly #clock: Clock;
  readonly #sockets: Sockets;
  readonly #sounds: Sounds;
  readonly #peers = new Map<number, Peer>();
  readonly #changed = new Set<Slice>();
  readonly #page = new AbortController();
  #session: Session = waitingSession;
  #goodbye: ReturnType<typeof setTimeout> | undefined;
  #closed: () => void = () => undefined;

  constructor(engine: E, owner: CallBodyOwner) {
    this.#engine = engine;
    this.#owner = owner;
    this.pump = new Pump(
      engine,
      (output) => this.#perform(output),
      (next) => this.#settled(next),
      (error) => owner.failed(error),
    );
    const tell = this.pump.tell.bind(this.pump);
    this.#sockets = new Sockets({
      opened: (socket) => tell((e, now) => e.socketOpened(now, socket)),
      received: (socket, text) => tell((e, now) => e.socketReceived(now, socket, text)),
      closed: (socket, code, reason) => tell((e, now) => e.socketClosed(now, socket, code, reason)),
    });
    this.devices = new Devices(
      (devices) => owner.state({ devices }),
      (permission) => tell((e, now) => e.microphonePermission(now, permission)),
    );
    this.#sounds = new Sounds((blocked) => this.#soundBlocked(blocked));
    this.#clock = new Clock(
      () => this.pump.tick(),
      () => tell((e, now) => e.woke(now, Date.now())),
    );
  }

  /** Begins to listen to the page. */
  start(): void {
    this.devices.start();
    this.#sounds.setOutput(this.devices.state.output);
    const back = (): void => this.pump.tell((e, now) => e.networkBack(now));
    this.listen(window, 'online', back);
    this.listen(document, 'visibilitychange', () => document.visibilityState === 'visible' && back());
    this.listen(window, 'beforeunload', (event) => {
      if (this.#session.status !== SessionStatus.WAITING) event.preventDefault();
    });
  }

  /** Until the body closes. */
  listen(target: EventTarget, event: string, listener: (event: Event) => void): void {
    target.addEventListener(event, listener, { signal: this.#page.signal });
  }

  call(target: string, options?: CallOptions): void {
    const media = this.media.number(options);
    this.pump.tell((e, now) => e.call(now, target, media));
  }

  answer(options?: CallOptions): void {
    const media = this.media.number(options);
    this.pump.tell((e, now) => e.answer(now, media));
  }

  end(options: TerminateOptions = {}): void {
    this.pump.tell((e, now) => e.end(now, options.status_code, options.reason_phrase, options.cause));
  }

  hold(on: boolean): void {
    this.pump.tell((e, now) => e.hold(now, on));
  }

  mute(on: boolean): void {
    this.pump.tell((e, now) => e.mute(now, on));
  }

  sendDtmf(tones: string): void {
    this.pump.tell((e, now) => e.sendDtmf(now, tones));
  }

  setInput(id: string): void {
    this.devices.choose('input', id);
    for (const peer of this.#peers.values()) peer.changeMicrophone();
  }

  setOutput(id: string): void {
    this.devices.choose('output', id);
    this.#sounds.setOutput(id);
    for (const peer of this.#peers.values()) setSink(peer.audio, id);
  }

  async askMicrophone(): Promise<void> {
    const error = await this.devices.ask();
    if (error) this.#owner.notice({ type: 'error', code: error.code, message: error.message });
  }

  /** Says goodbye to everybody, then lets go of everything; `closed` is called at the end. */
  stop(closed: () => void): void {
    this.#page.abort();
    this.#closed = closed;
    this.#goodbye = setTimeout(() => this.close(), GOODBYE);
    this.pump.tell((e, now) => e.stop(now));
  }

  /** Lets go of everything at once. */
  close(): void {
    clearTimeout(this.#goodbye);
    this.#goodbye = undefined;
    this.#page.abort();
    this.pump.close();
    this.#clock.stop();
    this.#sockets.closeAll();
    for (const peer of this.#peers.values()) peer.close();
    this.#peers.clear();
    this.#sounds.close();
    this.devices.stop();
    try {
      this.#engine.free();
    } catch {
      // It trapped while it was borrowed; its memory stays.
    }
    this.#closed();
  }

  #perform(output: Output): void {
    switch (output.type) {
      case 'openSocket':
      case 'send':
      case 'closeSocket':
        return this.#sockets.perform(output);
      case 'peer':
        return this.#peer(output.peer, output);
      case 'changed':
        this.#changed.add(output.slice);
        return;
      case 'askMicrophone':
        return this.#owner.askMicrophone();
      case 'dialogChanged':
        // What a page that comes back would resume the call with; pages do not do so yet.
        return;
      case 'http':
      case 'openStream':
      case 'closeStream':
      case 'keepEvents':
      case 'credentialsRefused':
        return this.#owner.perform(output);
      default:
        // The application finds the state as it was when this happened.
        this.#publish();
        return this.#owner.notice(output);
    }
  }

  #settled(next: number | undefined): void {
    this.#publish();
    this.#clock.wakeAt(next);
    // Not from within the engine's own drain.
    if (this.#goodbye !== undefined && this.#sockets.size === 0)
      queueMicrotask(() => this.#goodbye !== undefined && this.close());
  }

  #publish(): void {
    if (this.#changed.size === 0) return;
    const change: Partial<State> = {};
    for (const slice of this.#changed) Object.assign(change, this.#read(slice));
    this.#changed.clear();
    this.#owner.state(change);
    if (change.session) this.#sounds.play(soundOf(change.session));
  }

  #read(slice: Slice): Partial<State> {
    if (slice !== 'session') return { [slice]: this.pump.read((engine) => engine.snapshot(slice)) };
    const { invite, session } = sessionState(
      this.pump.read((engine) => engine.snapshot('session')),
      this.#session,
    );
    this.#session = session;
    return { invite, session };
  }

  #soundBlocked(blocked: boolean): void {
    if (blocked && !this.devices.state.soundBlocked) {
      const message = 'The browser plays no sound until somebody clicks in the page';
      this.#owner.notice({ type: 'error', code: 'sound_blocked', message });
    }
    this.devices.soundBlocked(blocked);
  }

  #peer(id: number, request: PeerRequest): void {
    let peer = this.#peers.get(id);
    if (request.op === 'close') {
      this.#peers.delete(id);
      return peer?.close();
    }
    const reports = this.#reports(id);
    try {
      if (!peer) {
        const creates = request.op === 'offer' || request.op === 'answer' || request.op === 'openMicrophone';
        if (!creates) return;
        peer = new Peer(request.media, this.#peerBody(), reports);
        this.#peers.set(id, peer);
      }
      peer.request(request);
    } catch (error) {
      // A configuration that the browser refuses.
      reports.failed(String(error));
    }
  }

  #peerBody(): PeerBody {
    return {
      configuration: (media) => this.media.configuration(media),
      openMicrophone: (media) => this.devices.open(this.media.audio(media)),
      play: (element) => {
        if (this.devices.state.output) setSink(element, this.devices.state.output);
        void this.#sounds.playElement(element);
      },
      forget: (element) => this.#sounds.forget(element),
    };
  }

  #reports(peer: number): PeerReports {
    const tell = this.pump.tell.bind(this.pump);
    return {
      described: (sdp) => tell((e, now) => e.peerDescribed(now, peer, sdp)),
      accepted: () => tell((e, now) => e.peerAccepted(now, peer)),
      failed: (message) => tell((e, now) => e.peerFailed(now, peer, message)),
      microphoneOpened: () => tell((e, now) => e.microphoneOpened(now, peer)),
      microphoneFailed: (name, message) => tell((e, now) => e.microphoneFailed(now, peer, name, message)),
      connected: () => tell((e, now) => e.peerConnected(now, peer)),
      disconnected: () => tell((e, now) => e.peerDisconnected(now, peer)),
      noMedia: () => tell((e, now) => e.peerNoMedia(now, peer)),
    };
  }
}

/** The engine's session as applications see it: times by the wall clock, the INVITE apart. */
function sessionState(snapshot: SessionSnapshot, before: Session): Pick<State, 'session' | 'invite'> {
  if (snapshot.status === SessionStatus.WAITING) return { session: waitingSession, invite: '' };
  const { invite, answeredAt, ...session } = snapshot;
  const known = before.id === session.id ? before.answeredAt : undefined;
  const now = Date.now() - performance.now();
  const since = answeredAt === undefined ? undefined : (known ?? Math.round(now + answeredAt));
  return { session: { ...session, answeredAt: since }, invite };
}

/** Who waits in a queue hears ringback too: silence would say that nobody is there. */
function soundOf({ status, direction, answering, ringing, queuePlace }: Session): Sound | undefined {
  if (status !== SessionStatus.STARTING) return undefined;
  if (direction === SessionDirection.INCOMING) return answering ? undefined : 'ring';
  return ringing || queuePlace ? 'ringback' : undefined;
}

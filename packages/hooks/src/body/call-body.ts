import { Clock } from '../engine/clock.js';
import {
  ANSWER,
  CALL,
  type Changed,
  CONSULT,
  type ConsultationSnapshot,
  END,
  type Engine,
  HOLD,
  MICROPHONE_FAILED,
  MICROPHONE_OPENED,
  MICROPHONE_PERMISSION,
  MUTE,
  NETWORK_BACK,
  type Notice,
  type Output,
  PEER_ACCEPTED,
  PEER_CONNECTED,
  PEER_DESCRIBED,
  PEER_DISCONNECTED,
  PEER_FAILED,
  PEER_NO_MEDIA,
  type PeerRequest,
  RESUME,
  SEND_DTMF,
  type SessionSnapshot,
  SOCKET_CLOSED,
  SOCKET_OPENED,
  SOCKET_RECEIVED,
  type SocketOutput,
  STOP,
  TRANSFER,
  WOKE,
} from '../engine/contract.js';
import { Pump } from '../engine/pump.js';
import { waitingSession } from '../session-event.js';
import type { State } from '../state.js';
import { type CallOptions, type Consultation, type Session, type TerminateOptions } from '../types.js';
import { Devices } from './devices.js';
import { MediaOptionsTable } from './media-options.js';
import { nextTask } from './next-task.js';
import { Peer, type PeerBody, type PeerReports } from './peer.js';
import { Sockets } from './sockets.js';
import { setSink, type Sound, Sounds } from './sounds.js';
import { INCOMING, STARTING, WAITING } from '../words.js';

/** What a machine asks of whom it works for. */
type OtherOutput = Exclude<Output, Changed | SocketOutput | { peer: number } | Notice>;

export interface CallBodyOwner {
  /** Parts of the state were replaced. */
  state(change: Partial<State>): void;
  notice(notice: Notice): void;
  /** The rest of the records; one that is not here is a notice. */
  performs: { [T in OtherOutput['type']]?: (output: Extract<OtherOutput, { type: T }>) => void };
  /** The engine trapped. */
  failed(error: unknown): void;
}

/** How long goodbyes may take: BYE, un-REGISTER and their answers. */
const GOODBYE = 1000;

/** What both machines need of a page: sockets, peer connections, devices, sounds and time. */
export class CallBody {
  readonly pump: Pump;
  readonly devices: Devices;
  readonly media = new MediaOptionsTable();
  readonly #owner: CallBodyOwner;
  readonly #clock: Clock;
  readonly #sockets: Sockets;
  readonly #sounds: Sounds;
  readonly #peers = new Map<number, Peer>();
  #changed: Partial<State> | undefined;
  readonly #page = new AbortController();
  #session: Session = waitingSession;
  /** Names consultations for the engine: this one's, or the last one's. One that is taken up is the first. */
  #consultation = 1;
  #goodbye: ReturnType<typeof setTimeout> | undefined;
  #closed: () => void = () => undefined;

  constructor(engine: Engine, owner: CallBodyOwner) {
    this.#owner = owner;
    this.pump = new Pump(
      engine,
      (output) => this.#perform(output),
      (next) => this.#settled(next),
      (error) => owner.failed(error),
    );
    const { tell } = this.pump;
    this.#sockets = new Sockets({
      opened: (socket) => tell(SOCKET_OPENED, socket),
      received: (socket, text) => tell(SOCKET_RECEIVED, socket, text),
      closed: (socket, code, reason) => tell(SOCKET_CLOSED, socket, code, reason),
    });
    this.devices = new Devices(
      (devices) => owner.state({ devices }),
      (permission) => tell(MICROPHONE_PERMISSION, 0, permission),
    );
    this.#sounds = new Sounds((blocked) => this.#soundBlocked(blocked));
    this.#clock = new Clock(
      () => this.pump.tick(),
      () => tell(WOKE, 0, Date.now()),
    );
  }

  /** Begins to listen to the page. */
  start(): void {
    this.devices.start();
    this.#sounds.setOutput(this.devices.state.output);
    const back = (): void => this.pump.tell(NETWORK_BACK);
    this.listen(window, 'online', back);
    this.listen(document, 'visibilitychange', () => document.visibilityState === 'visible' && back());
    this.listen(window, 'beforeunload', (event) => {
      if (this.#session.status !== WAITING) event.preventDefault();
    });
  }

  /** Until the body closes. */
  listen(target: EventTarget, event: string, listener: (event: Event) => void): void {
    target.addEventListener(event, listener, { signal: this.#page.signal });
  }

  call(target: string, options?: CallOptions): void {
    this.pump.tell(CALL, this.media.number(options), target);
  }

  answer(options?: CallOptions): void {
    this.pump.tell(ANSWER, this.media.number(options));
  }

  end({ status_code = 0, cause, reason_phrase }: TerminateOptions = {}): void {
    this.pump.tell(END, status_code, cause, reason_phrase);
  }

  hold(on: boolean): void {
    this.pump.tell(HOLD, Number(on));
  }

  /** Whoever is talked to does not hear us, nor whoever is talked to next. */
  mute(on: boolean): void {
    this.pump.tell(MUTE, Number(on));
    if (this.#session.consultation) this.pump.tell(MUTE, Number(on), this.#consultation);
  }

  sendDtmf(tones: string, inRtp = false): void {
    this.pump.tell(SEND_DTMF, Number(inRtp), tones);
  }

  transfer(target: string): void {
    this.pump.tell(TRANSFER, 0, target);
  }

  consult(target: string, options?: CallOptions): void {
    if (!this.#session.consultation) this.#consultation++;
    this.pump.tell(CONSULT, this.media.number(options), this.#consultation, target);
  }

  join(): void {
    if (this.#session.consultation) this.pump.tell(TRANSFER, this.#consultation, undefined);
  }

  goBack(): void {
    if (this.#session.consultation) this.pump.tell(END, 0, undefined, undefined, this.#consultation);
  }

  /** While it may, somebody is told at once that it would not be heard. */
  mayRing(may: boolean): void {
    this.#sounds.mayRing(may);
  }

  /** Takes up the calls of the page that was here before. */
  resume(stored: string): void {
    this.pump.tell(RESUME, 0, stored);
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
    this.pump.tell(STOP);
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
    this.#closed();
  }

  #perform(output: Output): void {
    const perform = (this.#owner.performs as Record<string, ((output: Output) => void) | undefined>)[output.type];
    if (perform) return perform(output);
    if ('slice' in output) this.#changed = { ...this.#changed, ...this.#change(output) };
    else if ('socket' in output) this.#sockets.perform(output);
    else if ('peer' in output) this.#peer(output.peer, output);
    else {
      // The application finds the state as it was when this happened.
      this.#publish();
      this.#owner.notice(output as Notice);
    }
  }

  #settled(next: number): void {
    this.#publish();
    this.#clock.wakeAt(next);
    // Not from within the engine's own drain.
    if (this.#goodbye !== undefined && this.#sockets.size === 0)
      queueMicrotask(() => this.#goodbye !== undefined && this.close());
  }

  #publish(): void {
    const change = this.#changed;
    if (!change) return;
    this.#changed = undefined;
    this.#owner.state(change);
    // Whoever is told of the call comes first.
    if (change.session) void nextTask().then(() => this.#sounds.play(soundOf(this.#session)));
  }

  #change({ slice, value }: Changed): Partial<State> {
    if (slice !== 'session') return { [slice]: value };
    const change = sessionState(value, this.#session);
    this.#session = change.session;
    return change;
  }

  #soundBlocked(blocked: boolean): void {
    if (blocked && !this.devices.state.soundBlocked) {
      const message = 'The browser plays no sound before a click in the page';
      this.#owner.notice({ type: 'error', code: 'sound_blocked', message });
    }
    this.devices.soundBlocked(blocked);
  }

  #peer(id: number, request: PeerRequest): void {
    let peer = this.#peers.get(id);
    if (request.type === 'close') {
      this.#peers.delete(id);
      return peer?.close();
    }
    const reports = this.#reports(id);
    try {
      if (!peer) {
        if (!('media' in request)) return;
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
    const { tell } = this.pump;
    return {
      described: (sdp) => tell(PEER_DESCRIBED, peer, sdp),
      accepted: () => tell(PEER_ACCEPTED, peer),
      failed: (message) => tell(PEER_FAILED, peer, message),
      microphoneOpened: () => tell(MICROPHONE_OPENED, peer),
      microphoneFailed: (name, message) => tell(MICROPHONE_FAILED, peer, name, message),
      connected: () => tell(PEER_CONNECTED, peer),
      disconnected: () => tell(PEER_DISCONNECTED, peer),
      noMedia: () => tell(PEER_NO_MEDIA, peer),
    };
  }
}

/** The engine's session as applications see it: times by the wall clock, the INVITE apart. */
function sessionState(snapshot: SessionSnapshot, before: Session): Pick<State, 'session' | 'invite'> {
  if (snapshot.status === WAITING) return { session: waitingSession, invite: '' };
  const { invite, consultation, ...session } = timed(snapshot, before);
  return { session: { ...session, consultation: consultation && beside(consultation, before.consultation) }, invite };
}

function beside(snapshot: ConsultationSnapshot, before: Consultation | undefined): Consultation {
  const { invite: _, ...consultation } = timed(snapshot, before);
  return consultation;
}

function timed<C extends ConsultationSnapshot>(snapshot: C, before: Pick<Session, 'id' | 'answeredAt'> | undefined): C {
  const { answeredAt } = snapshot;
  const known = before?.id === snapshot.id ? before.answeredAt : undefined;
  const now = Date.now() - performance.now();
  return { ...snapshot, answeredAt: answeredAt === undefined ? undefined : (known ?? Math.round(now + answeredAt)) };
}

/** Who waits in a queue hears ringback too: silence would say that nobody is there. */
function soundOf({ consultation, ...session }: Session): Sound | undefined {
  const { status, direction, answering, ringing, queuePlace } = consultation ?? session;
  if (status !== STARTING) return undefined;
  if (direction === INCOMING) return answering ? undefined : 'ring';
  return ringing || queuePlace ? 'ringback' : undefined;
}

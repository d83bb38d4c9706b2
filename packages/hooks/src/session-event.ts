import { type CallOptions, type Party, type Session, type SessionDirection, type TerminateOptions } from './types.js';
import { parseRequest, type SessionRequest } from './request.js';
import { ACTIVE, HELD, INCOMING, OUTGOING, STARTING, WAITING } from './words.js';

export type { SessionRequest };

/** JsSIP's URI, to read. */
export interface URI {
  readonly scheme: string;
  /** The number, or an operator's login. */
  readonly user: string;
  readonly host: string;
  readonly port: number | undefined;
  toString(): string;
  toAor(): string;
}

/** JsSIP's NameAddrHeader, to read. */
export interface NameAddrHeader {
  /** The queue's name, for a call from a queue. */
  readonly display_name: string;
  readonly uri: URI;
  toString(): string;
}

/** The call, under JsSIP's names. One object a call; it answers with what holds when it is asked. */
export interface RTCSession {
  readonly id: string;
  readonly direction: SessionDirection | `${SessionDirection}`;
  readonly local_identity: NameAddrHeader;
  readonly remote_identity: NameAddrHeader;
  /** When it was answered. */
  readonly start_time: Date | null;
  readonly end_time: Date | null;
  isInProgress(): boolean;
  isEstablished(): boolean;
  isEnded(): boolean;
  isMuted(): { audio: boolean; video: boolean };
  isOnHold(): { local: boolean; remote: boolean };
  answer(options?: CallOptions): void;
  terminate(options?: TerminateOptions): void;
  hold(): void;
  unhold(): void;
  mute(): void;
  unmute(): void;
  sendDTMF(tones: string | number): void;
}

/** What `useSessionSelector`'s function gets. */
export interface RTCSessionEvent {
  originator: 'local' | 'remote';
  session: RTCSession;
  /** The INVITE. */
  request: SessionRequest;
}

/** What a session's methods do. */
export interface SessionCommands {
  answer(options?: CallOptions): void;
  end(options?: TerminateOptions): void;
  hold(on: boolean): void;
  mute(on: boolean): void;
  sendDtmf(tones: string): void;
}

/** The session without a call. */
export const waitingSession: Session = Object.freeze<Session>({
  status: WAITING,
  ringing: false,
  muted: false,
  heldByRemote: false,
  connected: false,
  answering: false,
  transferring: false,
});

const NOTHING: SessionCommands = { answer() {}, end() {}, hold() {}, mute() {}, sendDtmf() {} };

/** An event whose identities are empty and whose methods do nothing: for selectors when there was no call yet. */
export function inertEvent(): RTCSessionEvent {
  return new SessionEvents(NOTHING).of({ ...waitingSession, id: '' }, '');
}

/** Makes one event a call and keeps its session's state up to date. */
export class SessionEvents {
  readonly #commands: SessionCommands;
  #last: { event: RTCSessionEvent; session: LiveSession } | undefined;

  constructor(commands: SessionCommands) {
    this.#commands = commands;
  }

  /** The event of the call in `session`; the same object while its id stays. */
  of(session: Session, invite: string): RTCSessionEvent {
    const last = this.#last;
    if (last && last.event.session.id === session.id) {
      last.session.state = session;
      return last.event;
    }
    const live = new LiveSession(session, this.#commands);
    const incoming = session.direction !== OUTGOING;
    const event = { originator: incoming ? 'remote' : 'local', session: live, request: parseRequest(invite) } as const;
    this.#last = { event, session: live };
    return event;
  }

  /** There is no call now. */
  ended(): void {
    this.#last?.session.end();
    this.#last = undefined;
  }
}

class LiveSession implements RTCSession {
  state: Session;
  readonly id: string;
  readonly local_identity: NameAddrHeader;
  readonly remote_identity: NameAddrHeader;
  end_time: Date | null = null;
  #started: Date | null = null;
  #commands: SessionCommands;

  constructor(session: Session, commands: SessionCommands) {
    this.state = session;
    this.id = session.id ?? '';
    this.local_identity = identity(session.local);
    this.remote_identity = identity(session.remote);
    this.#commands = commands;
  }

  get start_time(): Date | null {
    const at = this.state.answeredAt;
    if (at !== undefined && this.#started?.getTime() !== at) this.#started = new Date(at);
    return this.#started;
  }

  get direction(): SessionDirection {
    return this.state.direction ?? INCOMING;
  }

  end(): void {
    this.end_time = new Date();
    // The next call is not its own.
    this.#commands = NOTHING;
  }

  isInProgress(): boolean {
    return !this.end_time && this.state.status === STARTING;
  }

  isEstablished(): boolean {
    const { status } = this.state;
    return !this.end_time && (status === ACTIVE || status === HELD);
  }

  isEnded(): boolean {
    return this.end_time !== null;
  }

  isMuted(): { audio: boolean; video: boolean } {
    return { audio: this.state.muted, video: false };
  }

  isOnHold(): { local: boolean; remote: boolean } {
    return { local: this.state.status === HELD, remote: this.state.heldByRemote };
  }

  answer(options?: CallOptions): void {
    this.#commands.answer(options);
  }

  terminate(options?: TerminateOptions): void {
    this.#commands.end(options);
  }

  hold(): void {
    this.#commands.hold(true);
  }

  unhold(): void {
    this.#commands.hold(false);
  }

  mute(): void {
    this.#commands.mute(true);
  }

  unmute(): void {
    this.#commands.mute(false);
  }

  sendDTMF(tones: string | number): void {
    this.#commands.sendDtmf(String(tones));
  }
}

function identity(party: Party | undefined): NameAddrHeader {
  const text = party?.uri ?? '';
  const display_name = party?.displayName ?? '';
  const port = /:(\d+)(?:;|\?|$)/.exec(text)?.[1];
  const uri: URI = {
    scheme: text.split(':', 1)[0] || 'sip',
    user: party?.user ?? '',
    host: party?.host ?? '',
    port: port === undefined ? undefined : Number(port),
    toString: () => text,
    toAor: () => `${uri.scheme}:${uri.user && `${uri.user}@`}${uri.host}`,
  };
  return { display_name, uri, toString: () => (display_name ? `"${display_name}" <${text}>` : `<${text}>`) };
}

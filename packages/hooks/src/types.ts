/** What the operator chose to be. */
export enum Status {
  /** On line: may be offered calls. */
  CONNECTED = 'connected',
  /** Off line. */
  DISCONNECTED = 'disconnected',
  /** On a break, counted in statistics; `sub_status` is its reason. */
  PAUSED = 'paused',
}

/** Over all registrars, the best that holds. */
export enum UserAgentStatus {
  CONNECTING = 'connecting',
  CONNECTED = 'connected',
  DISCONNECTED = 'disconnected',
  /** Every registrar refused in a way that a retry will not mend. */
  ERROR = 'error',
  /** At least one registrar knows this client. */
  REGISTERED = 'registered',
}

export enum SessionStatus {
  /** No call. */
  WAITING = 'waiting',
  ACTIVE = 'active',
  /** Ringing here, or set up by us and not answered yet. */
  STARTING = 'starting',
  /** Held here; being held by the other side is `heldByRemote`. */
  HOLD = 'hold',
}

export enum SessionDirection {
  INCOMING = 'incoming',
  OUTGOING = 'outgoing',
}

/** An error with a stable code (`docs/errors.md`). */
export interface TelephonyError {
  code: string;
  /** In English, for logs and engineers. */
  message: string;
  /** Nothing works until it is mended. */
  fatal: boolean;
  /** The engine goes on trying by itself. */
  recovering: boolean;
  /** Where to log in, with `unauthenticated`. */
  loginUrl?: string | undefined;
}

/** Something that is fetched. `data` stays while it is fetched again. */
export interface Resource<T> {
  loading: boolean;
  data: T | undefined;
  error: TelephonyError | undefined;
  /** Tries again now. Stable between renders. */
  retry: () => void;
}

/** The short-lived telephony credential. */
export interface TelephonyHash {
  login: string;
  username: string;
  hash: string;
  /** Seconds, when it was fetched. */
  expires_in: number;
}

export interface PauseReason {
  code: string;
  /** By language: `ru`, `en`. */
  title: Record<string, string>;
}

export interface Queue {
  name: string;
  display_name: string;
}

export interface LaunchRegistrar {
  id: string;
  uri: string;
  weight: number;
  reg_id: number;
}

/** All that an operator's client needs to start. */
export interface TelephonyLaunch {
  login: string;
  display_name: string;
  sip: { uri: string; domain: string };
  registrars: LaunchRegistrar[];
  registrars_version: string;
  ice_servers: RTCIceServer[];
  status: TelephonyStatus;
  pause_reasons: PauseReason[];
  queues: Queue[];
  /** Seconds between two looks at the registrars. */
  poll_s: number;
}

export interface NextStatus {
  status: Status;
  sub_status?: string | null | undefined;
}

export interface TelephonyStatus {
  status: Status;
  sub_status?: string | null | undefined;
  /** RFC 3339, UTC. */
  since: string;
  version: number;
  /** Chosen during a call, taken when it ends. */
  next?: NextStatus | null | undefined;
  by: 'operator' | 'system' | 'supervisor';
}

/** What `setStatus` takes; the enum's text is taken too. */
export interface StatusChange {
  status: Status | `${Status}`;
  /** The reason of a pause: `smoking`, `lunch` … */
  sub_status?: string | undefined;
}

/** Resolves when the change was taken or refused; never rejects, the error is in the state. */
export type SetStatus = (change: StatusChange) => Promise<void>;

export interface UserAgent {
  status: UserAgentStatus;
  error: TelephonyError | undefined;
}

/** One side of a call. */
export interface Party {
  displayName: string;
  /** `sip:…` */
  uri: string;
  /** The number, or an operator's login. */
  user: string;
  host: string;
}

/** The call as it is now. Without one: `waiting`, and nothing else. */
export interface Session {
  status: SessionStatus;
  direction?: SessionDirection | undefined;
  /** The call's id, the same everywhere in the system. */
  id?: string | undefined;
  local?: Party | undefined;
  remote?: Party | undefined;
  /** The far end rings (outgoing calls). */
  ringing: boolean;
  /** Place in the queue, from 1, and how many wait. */
  queuePlace?: { position: number; waiting: number } | undefined;
  muted: boolean;
  /** The other side holds us. */
  heldByRemote: boolean;
  /** Media flows. */
  connected: boolean;
  /** Answer was pressed and is being carried out. */
  answering: boolean;
  /** It is being handed on. */
  transferring: boolean;
  /** When it was answered, wall-clock ms since the Unix epoch. */
  answeredAt?: number | undefined;
  /** The call to a colleague beside it, while this one waits. */
  consultation?: Consultation | undefined;
}

/** A call to somebody who is asked while the caller waits. */
export interface Consultation extends Omit<Session, 'consultation'> {
  id: string;
  remote: Party;
}

/** Options of a call, as JsSIP names them. Audio only: `video` is ignored. */
export interface CallOptions {
  mediaConstraints?: MediaStreamConstraints | undefined;
  /** Joined over the ICE servers that the backend gives; its own `iceServers` replace them. */
  pcConfig?: RTCConfiguration | undefined;
}

/** How keys are pressed. */
export interface DTMFOptions {
  /** `info`, by the signalling, unless it says `rtp`: in the sound's own stream (RFC 4733). */
  transport?: 'info' | 'rtp' | undefined;
}

/** Handing the call on. What goes wrong is told to `onError`: `transfer_failed`, `invalid_target`. */
export interface TransferCall {
  /** Hands it on unseen to a number, an operator's login or a queue: it ends here when somebody there has answered. */
  transfer: (target: string) => void;
  /** Puts it on hold and calls somebody beside it: `consultation`. */
  consult: (target: string, options?: CallOptions) => void;
  /** Joins the caller with who was consulted; the call ends here. */
  join: () => void;
  /** Ends the consultation; the caller is talked to again. */
  goBack: () => void;
  /** Under way, since `transfer` or `join`. */
  transferring: boolean;
  consultation: Consultation | undefined;
}

/** How a call is or was ended, as JsSIP names it. */
export interface TerminateOptions {
  cause?: string | undefined;
  /** 300–699 while it rings. */
  status_code?: number | undefined;
  reason_phrase?: string | undefined;
}

/** Exactly one for every call. */
export type CallOutcome = 'answered' | 'missed' | 'rejected' | 'cancelled' | 'answered_elsewhere' | 'failed';

/** A call that is over. */
export interface CallEnd extends TerminateOptions {
  id: string;
  direction: SessionDirection;
  originator: 'local' | 'remote' | 'system';
  outcome: CallOutcome;
  cause: string;
  remote: Party;
}

export type RegistrarStatus = 'connecting' | 'connected' | 'registered' | 'disconnected' | 'refused' | 'leaving';

export interface Registrar {
  id: string;
  uri: string;
  status: RegistrarStatus;
  /** The last refusal or failure, in words. */
  error?: string | undefined;
}

export interface Registrars {
  registrars: readonly Registrar[];
  /** `pending`: another set was announced and waits for the call to end. */
  rotation: 'none' | 'pending' | 'moving' | 'completed';
}

export interface AudioDevice {
  id: string;
  label: string;
}

export interface AudioDevicesState {
  inputs: readonly AudioDevice[];
  /** Empty where the browser cannot choose. */
  outputs: readonly AudioDevice[];
  /** The chosen ones; empty text is the system's default. */
  input: string;
  output: string;
  permission: 'granted' | 'prompt' | 'denied';
  /** The browser plays nothing until somebody clicks in the page; sound begins at that click. Known once on line. */
  soundBlocked: boolean;
  /** Why the microphone could not be opened last time. */
  error: TelephonyError | undefined;
}

export interface AudioDevices extends AudioDevicesState {
  setInput: (id: string) => void;
  setOutput: (id: string) => void;
  /** Asks for the microphone now, so that answering need not. */
  askPermission: () => void;
}

/** A named step (`docs/events.md`). */
export interface CallcenterEvent {
  id: string;
  name: string;
  /** Wall-clock ms since the Unix epoch. */
  at_ms: number;
  login: string;
  fields: Record<string, string>;
}

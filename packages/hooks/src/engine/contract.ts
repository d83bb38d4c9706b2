// The engine's boundary: what the wasm machines are told, and what they ask the page to do.
// All `now` are `performance.now()`.

import type {
  CallcenterEvent,
  CallEnd,
  CallOutcome,
  Party,
  Registrars,
  SessionDirection,
  SessionStatus,
  Status,
  TelephonyError,
  TelephonyHash,
  TelephonyLaunch,
  TelephonyStatus,
  UserAgentStatus,
} from '../types.js';

export type Slice = 'hash' | 'launch' | 'status' | 'userAgent' | 'session' | 'registrars';

export interface Remote<T> {
  loading: boolean;
  data?: T;
  error?: TelephonyError;
}

/** `answeredAt` is the engine's clock; `invite` is the INVITE's text. */
export type SessionSnapshot =
  | { status: SessionStatus.WAITING }
  | {
      status: Exclude<SessionStatus, SessionStatus.WAITING>;
      direction: SessionDirection;
      id: string;
      local: Party;
      remote: Party;
      ringing: boolean;
      queuePlace?: { position: number; waiting: number };
      muted: boolean;
      heldByRemote: boolean;
      connected: boolean;
      answering: boolean;
      answeredAt?: number;
      invite: string;
    };

export interface Snapshots {
  hash: Remote<TelephonyHash>;
  launch: Remote<TelephonyLaunch>;
  status: Remote<TelephonyStatus>;
  userAgent: { status: UserAgentStatus; error?: TelephonyError };
  session: SessionSnapshot;
  registrars: Registrars;
}

export type PeerRequest =
  | { op: 'offer'; media: number; direction: RTCRtpTransceiverDirection; iceRestart: boolean }
  | { op: 'answer'; media: number; offer: string; direction: RTCRtpTransceiverDirection }
  | { op: 'accept'; answer: string }
  | { op: 'addCandidates'; description: string }
  | { op: 'rollback' }
  | { op: 'openMicrophone'; media: number }
  | { op: 'mute'; on: boolean }
  | { op: 'hold'; on: boolean }
  | { op: 'close' };

/** `CallEnd` on the boundary. */
export interface EngineCallEnd {
  id: string;
  direction: SessionDirection;
  originator: CallEnd['originator'];
  outcome: CallOutcome;
  cause: string;
  statusCode?: number;
  reasonPhrase?: string;
  remote: Party;
}

export type SocketOutput =
  | { type: 'openSocket'; socket: number; uri: string }
  | { type: 'send'; socket: number; text: string }
  | { type: 'closeSocket'; socket: number; code: number };

export type HttpOutput = {
  type: 'http';
  id: number;
  method: string;
  path: string;
  body?: string;
  ifMatch?: string;
};

export type Output =
  | SocketOutput
  | ({ type: 'peer'; peer: number } & PeerRequest)
  | HttpOutput
  | { type: 'openStream' }
  | { type: 'closeStream' }
  | { type: 'changed'; slice: Slice }
  | { type: 'keepEvents'; events: CallcenterEvent[] }
  | { type: 'askMicrophone' }
  | { type: 'dialogChanged'; call: number; stored: string }
  | { type: 'credentialsRefused' }
  | Notice;

/** What the application is told once, in every tab. */
export type Notice =
  | { type: 'statusChanged'; previous: Status; next: Status }
  | { type: 'statusSet'; request: number }
  | { type: 'callEnded'; end: EngineCallEnd }
  | { type: 'dtmf'; tone: string; duration: number }
  | { type: 'event'; event: CallcenterEvent }
  | { type: 'error'; code: string; message: string };

/** What both machines hear and are told. */
export interface Engine {
  socketOpened(now: number, socket: number): void;
  socketReceived(now: number, socket: number, text: string): void;
  socketClosed(now: number, socket: number, code: number, reason: string): void;
  peerDescribed(now: number, peer: number, sdp: string): void;
  peerAccepted(now: number, peer: number): void;
  peerFailed(now: number, peer: number, message: string): void;
  microphoneOpened(now: number, peer: number): void;
  microphoneFailed(now: number, peer: number, name: string, message: string): void;
  peerConnected(now: number, peer: number): void;
  peerDisconnected(now: number, peer: number): void;
  peerNoMedia(now: number, peer: number): void;
  microphonePermission(now: number, state: PermissionState): void;
  networkBack(now: number): void;
  /** After a sleep; `wallMs` is the wall clock, ms since the Unix epoch. */
  woke(now: number, wallMs: number): void;
  call(now: number, target: string, media: number): void;
  answer(now: number, media: number): void;
  end(now: number, statusCode?: number, reasonPhrase?: string, cause?: string): void;
  hold(now: number, on: boolean): void;
  mute(now: number, on: boolean): void;
  sendDtmf(now: number, tones: string): void;
  stop(now: number): void;
  handleTimeout(now: number): void;
  pollTimeout(): number | undefined;
  pollOutput(): Output | undefined;
  snapshot<S extends Slice>(slice: S): Snapshots[S];
  free(): void;
}

/** The operator's machine. */
export interface WorkplaceEngine extends Engine {
  start(now: number, project: string, env: string, version: string, profileId: string, wallMs: number): void;
  httpAnswered(now: number, id: number, body: object, raw: string): void;
  httpFailed(now: number, id: number, status: number, problem: object | undefined): void;
  streamOpened(now: number): void;
  streamClosed(now: number): void;
  pushed(now: number, event: string, body: object): void;
  setStatus(now: number, request: number, status: string, subStatus?: string): void;
  refuseCalls(now: number, reason?: string): void;
  retry(now: number, slice: Slice): void;
  focused(now: number): void;
  unload(now: number): void;
  restoreEvents(now: number, events: CallcenterEvent[]): void;
}

/** A phone alone. */
export interface PhoneEngine extends Engine {
  start(
    now: number,
    login: string,
    domain: string,
    displayName: string,
    instanceId: string,
    username: string,
    password: string,
    registrars: object[],
  ): void;
  setCredentials(now: number, username: string, password: string): void;
}

/** `seed` is 32 random bytes. */
export type WorkplaceClass = new (seed: Uint8Array, now: number) => WorkplaceEngine;
export type PhoneClass = new (seed: Uint8Array, now: number) => PhoneEngine;

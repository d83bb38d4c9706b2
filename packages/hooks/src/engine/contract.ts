// The engine's boundary: what the wasm machines are told, and what they ask the page to do.
//
// `crates/wasm` has the same numbers in the same order, and a test there that reads this file.

import type {
  CallcenterEvent,
  CallEnd,
  Party,
  Registrar,
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

/** A machine as wasm has it. */
export interface Engine {
  /**
   * Something happened: the fields are `performance.now()`, then as in `Inputs`.
   *
   * What to do now, as JSON: records, and at the end when to tell `TICK` if nothing else happens, or null.
   */
  tell(text: string): string;
}

/** `seed`: random, in whatever characters. */
export type MakeEngine = (seed: string) => Engine;

// Inputs.
export const TICK = 0;
export const SOCKET_OPENED = 1;
export const SOCKET_RECEIVED = 2;
export const SOCKET_CLOSED = 3;
export const PEER_DESCRIBED = 4;
export const PEER_ACCEPTED = 5;
export const PEER_FAILED = 6;
export const MICROPHONE_OPENED = 7;
export const MICROPHONE_FAILED = 8;
export const PEER_CONNECTED = 9;
export const PEER_DISCONNECTED = 10;
export const PEER_NO_MEDIA = 11;
export const MICROPHONE_PERMISSION = 12;
export const NETWORK_BACK = 13;
export const WOKE = 14;
export const CALL = 15;
export const ANSWER = 16;
export const END = 17;
export const HOLD = 18;
export const MUTE = 19;
export const SEND_DTMF = 20;
export const STOP = 21;
export const REGISTER = 22;
export const SET_CREDENTIALS = 23;
export const START = 24;
export const HTTP_FAILED = 25;
export const HASH_ARRIVED = 26;
export const LAUNCH_ARRIVED = 27;
export const STATUS_ARRIVED = 28;
export const REGISTRARS_ARRIVED = 29;
export const EVENTS_TAKEN = 30;
export const STREAM_OPENED = 31;
export const STREAM_CLOSED = 32;
export const SET_STATUS = 33;
export const REFUSE_CALLS = 34;
export const RETRY = 35;
export const FOCUSED = 36;
export const UNLOAD = 37;
export const RESTORE_EVENTS = 38;
export const TRANSFER = 39;
export const CONSULT = 40;
export const RESUME = 41;

export type Field = string | number | undefined;

/**
 * A number, and fields. Where it does not say otherwise, the number is the socket's, the peer's or the request's. `call`
 * is the name of a consultation, or empty for the call.
 */
export interface Inputs {
  [TICK]: [];
  [SOCKET_OPENED]: [socket: number];
  [SOCKET_RECEIVED]: [socket: number, frame: string];
  [SOCKET_CLOSED]: [socket: number, code: number, reason: string];
  [PEER_DESCRIBED]: [peer: number, sdp: string];
  [PEER_ACCEPTED]: [peer: number];
  [PEER_FAILED]: [peer: number, message: string];
  [MICROPHONE_OPENED]: [peer: number];
  /** A DOMException's. */
  [MICROPHONE_FAILED]: [peer: number, name: string, message: string];
  [PEER_CONNECTED]: [peer: number];
  [PEER_DISCONNECTED]: [peer: number];
  [PEER_NO_MEDIA]: [peer: number];
  [MICROPHONE_PERMISSION]: [none: 0, state: PermissionState];
  [NETWORK_BACK]: [];
  /** After a sleep; `wallMs` is the wall clock, ms since the Unix epoch. */
  [WOKE]: [none: 0, wallMs: number];
  [CALL]: [media: number, target: string];
  [ANSWER]: [media: number];
  [END]: [statusCode: number, cause: Field, reasonPhrase: Field, call?: Field];
  [HOLD]: [on: number, call?: Field];
  [MUTE]: [on: number, call?: Field];
  /** `inRtp`: as RFC 4733 has it, not by INFO. */
  [SEND_DTMF]: [inRtp: number, tones: string];
  [STOP]: [];
  /** A phone's: `login domain displayName instanceId username password registrars`. */
  [REGISTER]: [none: 0, ...fields: Field[]];
  [SET_CREDENTIALS]: [none: 0, username: string, password: string];
  [START]: [none: 0, wallMs: number, profileId: string];
  [HTTP_FAILED]: [request: number, ...fields: Field[]];
  [HASH_ARRIVED]: [request: number, ...fields: Field[]];
  [LAUNCH_ARRIVED]: [request: number, ...fields: Field[]];
  /** Request 0: the event stream said so. */
  [STATUS_ARRIVED]: [request: number, ...fields: Field[]];
  [REGISTRARS_ARRIVED]: [request: number, ...fields: Field[]];
  [EVENTS_TAKEN]: [request: number];
  [STREAM_OPENED]: [];
  [STREAM_CLOSED]: [];
  [SET_STATUS]: [request: number, status: string, subStatus: Field];
  [REFUSE_CALLS]: [none: 0, reason: Field];
  /** The number is the slice's, its place among the records. */
  [RETRY]: [slice: number];
  [FOCUSED]: [];
  [UNLOAD]: [];
  /** Every field is an event, a list. */
  [RESTORE_EVENTS]: [none: 0, ...events: Field[]];
  /** The number is a consultation's, whose far end takes our place; or 0, and `target` does. */
  [TRANSFER]: [call: number, target: Field];
  /** `call` is the new call's name, above 0. */
  [CONSULT]: [media: number, call: Field, target: Field];
  /** What an earlier page was told by `keepCalls`. A consultation is named 1. */
  [RESUME]: [media: number, stored: string];
}

/** Tells a machine one of its inputs. */
export type Tell = <K extends keyof Inputs>(kind: K, ...what: Inputs[K]) => void;

/**
 * What a record begins with is its place here: the first are the slices, the others' items have the names given; `_` is
 * one that says nothing.
 */
export const records = [
  'hash',
  'launch',
  'status',
  'userAgent',
  'session',
  'registrars',
  'openSocket socket uri',
  'send socket text',
  'closeSocket socket code',
  'offer peer _ media direction iceRestart',
  'answer peer offer media direction',
  'accept peer answer',
  'addCandidates peer description',
  'rollback peer',
  'openMicrophone peer _ media',
  'mute peer _ on',
  'hold peer _ on',
  'close peer',
  'http id resource',
  'openStream',
  'closeStream',
  'keepEvents',
  'askMicrophone',
  'credentialsRefused',
  'statusChanged previous next',
  'statusSet request',
  'callEnded',
  'dtmf duration tone',
  'event',
  'error code message',
  'insertDtmf peer tones duration gap',
  'keepCalls stored',
];

// Words that are numbers in records.
export const userAgentStatuses = words<UserAgentStatus>('connecting connected disconnected error registered');
export const flowStatuses = words<Registrar['status']>('connecting connected registered disconnected refused leaving');
export const rotations = words<Registrars['rotation']>('none pending moving completed');
export const callStatuses = words<Exclude<SessionStatus, SessionStatus.WAITING>>('starting active hold');
export const callDirections = words<SessionDirection>('incoming outgoing');
export const originators = words<CallEnd['originator']>('local remote system');
export const outcomes = words<CallEnd['outcome']>('answered missed rejected cancelled answered_elsewhere failed');
export const mediaDirections = words<RTCRtpTransceiverDirection>('sendrecv sendonly recvonly inactive');

function words<W extends string>(text: string): W[] {
  return text.split(' ') as W[];
}

export type Slice = 'hash' | 'launch' | 'status' | 'userAgent' | 'session' | 'registrars';

export interface Remote<T> {
  loading: boolean;
  data?: T | undefined;
  error?: TelephonyError | undefined;
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
      queuePlace?: { position: number; waiting: number } | undefined;
      muted: boolean;
      heldByRemote: boolean;
      connected: boolean;
      answering: boolean;
      transferring: boolean;
      answeredAt?: number | undefined;
      invite: string;
      consultation?: ConsultationSnapshot | undefined;
    };

export type ConsultationSnapshot = Omit<Extract<SessionSnapshot, { id: string }>, 'consultation'>;

export interface Snapshots {
  hash: Remote<TelephonyHash>;
  launch: Remote<TelephonyLaunch>;
  status: Remote<TelephonyStatus>;
  userAgent: { status: UserAgentStatus; error?: TelephonyError | undefined };
  session: SessionSnapshot;
  registrars: Registrars;
}

/** A slice was replaced as a whole. */
export type Changed = { [S in Slice]: { type: 'changed'; slice: S; value: Snapshots[S] } }[Slice];

/** `media` is the page's handle of a call's options, `direction` a place in `mediaDirections`. */
export type PeerRequest =
  | { type: 'offer'; media: number; direction: number; iceRestart: boolean | number }
  | { type: 'answer'; media: number; direction: number; offer: string }
  | { type: 'accept'; answer: string }
  | { type: 'addCandidates'; description: string }
  | { type: 'rollback' }
  | { type: 'openMicrophone'; media: number }
  | { type: 'mute' | 'hold'; on: number }
  | { type: 'insertDtmf'; tones: string; duration: number; gap: number }
  | { type: 'close' };

export type SocketOutput =
  | { type: 'openSocket'; socket: number; uri: string }
  | { type: 'send'; socket: number; text: string }
  | { type: 'closeSocket'; socket: number; code: number };

/** `resource` is a place among the requests of `backend.ts`. */
export type HttpOutput = { type: 'http'; id: number; resource: number; rest: unknown[] };

/** An event as it is kept: `id name at_ms login key value …`. */
export type EventRecord = (string | number)[];

export type Output =
  | Changed
  | SocketOutput
  | ({ peer: number } & PeerRequest)
  | HttpOutput
  | { type: 'openStream' }
  | { type: 'closeStream' }
  | { type: 'keepEvents'; rest: EventRecord[] }
  | { type: 'askMicrophone' }
  | { type: 'keepCalls'; stored: string }
  | { type: 'credentialsRefused' }
  | Notice;

/** What the application is told once, in every tab. */
export type Notice =
  | { type: 'statusChanged'; previous: Status; next: Status }
  | { type: 'statusSet'; request: number }
  | { type: 'callEnded'; end: CallEnd }
  | { type: 'dtmf'; tone: string; duration: number }
  | { type: 'event'; event: CallcenterEvent }
  | { type: 'error'; code: string; message: string };

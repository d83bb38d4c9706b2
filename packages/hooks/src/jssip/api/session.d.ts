import type { causes, DTMF_TRANSPORT } from './constants.js';
import { EventEmitter } from './emitter.js';
import type { IncomingRequest, IncomingResponse, OutgoingRequest } from './messages.js';
import type {
  MediaStreamTypes,
  RTCPeerConnectionDeprecated,
  RTCSessionEventMap,
  SessionDirection,
} from './session-events.js';
import type { UA } from './ua.js';
import type { NameAddrHeader, URI } from './values.js';

export interface ExtraHeaders {
  extraHeaders?: string[];
}

export interface AnswerOptions extends ExtraHeaders {
  /** What of the microphone and the camera is opened; what the offer asks for if absent. */
  mediaConstraints?: MediaStreamConstraints;
  /** Instead of opening anything; it is not stopped when the call ends. */
  mediaStream?: MediaStream;
  pcConfig?: RTCConfiguration;
  /** `RTCPeerConnection`'s second argument. */
  rtcConstraints?: object;
  rtcAnswerConstraints?: RTCOfferOptions;
  rtcOfferConstraints?: RTCOfferOptions;
  /** Seconds; 90 where it is below 60. */
  sessionTimersExpires?: number;
  /** The session's `data`. */
  data?: any;
}

export interface RejectOptions extends ExtraHeaders {
  status_code?: number;
  reason_phrase?: string;
}

export interface TerminateOptions extends RejectOptions {
  body?: string;
  /** Of `ended`; `Terminated` if absent. */
  cause?: causes | string;
}

export interface ReferOptions extends ExtraHeaders {
  eventHandlers?: any;
  /** The other end of this call is what the far end is to talk to. */
  replaces?: RTCSession;
}

export interface OnHoldResult {
  local: boolean;
  remote: boolean;
}

export interface DTMFOptions extends ExtraHeaders {
  /** Milliseconds, 70 to 6000; 100 if absent. */
  duration?: number;
  /** Milliseconds, at least 50; 500 if absent. */
  interToneGap?: number;
  transportType?: DTMF_TRANSPORT | 'INFO' | 'RFC2833';
}

export interface HoldOptions extends ExtraHeaders {
  /** By UPDATE rather than INVITE. */
  useUpdate?: boolean;
}

export interface RenegotiateOptions extends HoldOptions {
  rtcOfferConstraints?: RTCOfferOptions;
}

interface ReferEvents {
  requestSucceeded: (event: { response: IncomingResponse }) => void;
  requestFailed: (event: { response: IncomingResponse | null; cause: string }) => void;
  trying: (event: { request: IncomingRequest; status_line: any }) => void;
  progress: (event: { request: IncomingRequest; status_line: any }) => void;
  accepted: (event: { request: IncomingRequest; status_line: any }) => void;
  failed: (event: { request: IncomingRequest; status_line: any }) => void;
  /** REFER went out again with credentials; `id` has changed. */
  authenticated: () => void;
}

/** What becomes of a transfer that we asked for. */
export interface ReferSubscriber extends EventEmitter<ReferEvents> {
  readonly id: number;
}

declare enum SessionStatus {
  STATUS_NULL = 0,
  STATUS_INVITE_SENT = 1,
  STATUS_1XX_RECEIVED = 2,
  STATUS_INVITE_RECEIVED = 3,
  STATUS_WAITING_FOR_ANSWER = 4,
  STATUS_ANSWERED = 5,
  STATUS_WAITING_FOR_ACK = 6,
  STATUS_CANCELED = 7,
  STATUS_TERMINATED = 8,
  STATUS_CONFIRMED = 9,
}

/** A call. */
export class RTCSession extends EventEmitter<RTCSessionEventMap> {
  constructor(ua: UA);
  static get C(): typeof SessionStatus;
  get C(): typeof SessionStatus;
  get causes(): typeof causes;
  get id(): string;
  /** The application's. */
  get data(): any;
  set data(data: any);
  get connection(): RTCPeerConnectionDeprecated;
  get contact(): string;
  get direction(): SessionDirection;
  get local_identity(): NameAddrHeader;
  get remote_identity(): NameAddrHeader;
  /** When it was accepted; `null` before. */
  get start_time(): Date;
  /** `null` where it was never established. */
  get end_time(): Date;
  get status(): SessionStatus;
  isInProgress(): boolean;
  isEstablished(): boolean;
  isEnded(): boolean;
  isReadyToReOffer(): boolean;
  answer(options?: AnswerOptions): void;
  /** Refuses, cancels or hangs up. Throws where it is over or the status code does not fit. */
  terminate(options?: TerminateOptions): void;
  /** Keys one after the other; `,` pauses two seconds. */
  sendDTMF(tones: string | number, options?: DTMFOptions): void;
  sendInfo(contentType: string, body?: string, options?: ExtraHeaders): void;
  /** Whether it is done: not while another offer is under way, nor without a connection. */
  hold(options?: HoldOptions, done?: VoidFunction): boolean;
  unhold(options?: HoldOptions, done?: VoidFunction): boolean;
  renegotiate(options?: RenegotiateOptions, done?: VoidFunction): boolean;
  isOnHold(): OnHoldResult;
  mute(options?: MediaStreamTypes): void;
  unmute(options?: MediaStreamTypes): void;
  isMuted(): MediaStreamTypes;
  /** Asks the far end to call `target` instead. `false` where the call is not established. */
  refer(target: string | URI, options?: ReferOptions): ReferSubscriber | false;
  /** Sends any request inside the call; `undefined` where there is no dialog yet. */
  sendRequest(
    method: string,
    options?: { extraHeaders?: string[]; body?: string; eventHandlers?: any },
  ): OutgoingRequest | undefined;
}

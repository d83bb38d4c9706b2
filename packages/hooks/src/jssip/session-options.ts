import type { FromOptions } from './applicant.js';
import type { MediaStreamTypes } from './session-base.js';
import type { RTCSessionEventMap } from './session-events.js';

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
  rtcOfferConstraints?: RTCOfferOptions;
  rtcAnswerConstraints?: RTCOfferOptions;
  /** Seconds; 90 where it is below 60. */
  sessionTimersExpires?: number;
  data?: unknown;
}

export interface CallOptions extends AnswerOptions, FromOptions {
  eventHandlers?: Partial<RTCSessionEventMap>;
  anonymous?: boolean;
}

export interface TerminateOptions extends ExtraHeaders {
  /** 300–699 while it rings here (480 if absent); else 200–699, said in the Reason header. */
  status_code?: number;
  reason_phrase?: string;
  /** Of `ended`; `Terminated` if absent. */
  cause?: string;
  body?: string;
}

export interface HoldOptions extends ExtraHeaders {
  /** By UPDATE rather than INVITE. */
  useUpdate?: boolean;
}

export interface RenegotiateOptions extends HoldOptions {
  rtcOfferConstraints?: RTCOfferOptions;
}

export interface DTMFOptions extends ExtraHeaders {
  /** Milliseconds, 70 to 6000; 100 if absent. */
  duration?: number;
  /** Milliseconds, at least 50; 500 if absent. */
  interToneGap?: number;
  transportType?: 'INFO' | 'RFC2833';
}

export type { MediaStreamTypes };

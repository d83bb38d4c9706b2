import type {
  CallEnd,
  CallOptions,
  Queue,
  Registrars,
  Session,
  TelephonyError,
  TerminateOptions,
  UserAgentStatus,
} from '../types.js';

/** A guest's phone as it is now. */
export interface PhoneState {
  /** `connecting` from `connect` until the backend has answered; after that `userAgent` tells. */
  status: 'idle' | 'connecting' | 'ready';
  /** Why it is not ready; while `recovering` it is tried again by itself. */
  error: TelephonyError | undefined;
  /** The number that it was connected with. */
  number: string;
  queues: readonly Queue[];
  userAgent: { status: UserAgentStatus; error?: TelephonyError | undefined };
  registrars: Registrars;
  session: Session;
  /** Keys that the other side pressed in this call, or in the last one. */
  digits: string;
  /** The last call that ended. */
  lastCall: CallEnd | undefined;
  /** Sound begins at the next click in the page. */
  soundBlocked: boolean;
}

/** What a guest's phone can do; every function is stable between renders. */
export interface PhoneCommands {
  /** Registers as a guest with this number: `+` and 3 to 15 digits. */
  connect: (number: string) => void;
  disconnect: () => void;
  /** Calls a queue by its name. */
  call: (target: string, options?: CallOptions) => void;
  answer: (options?: CallOptions) => void;
  /** Refuses, cancels or hangs up. */
  hangUp: (options?: TerminateOptions) => void;
  hold: (on: boolean) => void;
  mute: (on: boolean) => void;
  sendDTMF: (tones: string | number) => void;
}

export interface Phone extends PhoneState, PhoneCommands {}

export interface PhoneSettings {
  /** Options of every peer connection, joined over the backend's ICE servers. */
  pcConfig?: RTCConfiguration | undefined;
  /** A key was pressed by the other side; `duration` in ms. */
  onDTMF?: ((tone: string, duration: number) => void) | undefined;
  onCallEnd?: ((end: CallEnd) => void) | undefined;
  onError?: ((error: TelephonyError) => void) | undefined;
}

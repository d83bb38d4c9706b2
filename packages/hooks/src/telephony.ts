import type { Slice } from './engine/contract.js';
import type { RTCSessionEvent } from './session-event.js';
import type { State } from './state.js';
import type { Store } from './store.js';
import type {
  CallcenterEvent,
  CallEnd,
  CallOptions,
  Status,
  StatusChange,
  TelephonyError,
  TerminateOptions,
} from './types.js';

/** What an application may set while the telephony runs. */
export interface Settings {
  /** While set, incoming calls are refused with it as the reason. */
  startSessionDisabledReason?: string | undefined;
  /** Options of every peer connection, joined over the backend's ICE servers. */
  pcConfig?: RTCConfiguration | undefined;
  /** The status changed, here or elsewhere. */
  onStatusChange?: ((previous: Status, next: Status) => void) | undefined;
  /** This client refused or ended a call. */
  onSessionTerminate?: ((data: CallEnd) => void) | undefined;
  /** A call is over, whoever ended it. */
  onCallEnd?: ((end: CallEnd) => void) | undefined;
  /** The other side pressed a key; `duration` in ms. */
  onDTMF?: ((tone: string, duration: number) => void) | undefined;
  /** Something went wrong that belongs to no hook's `error`. */
  onError?: ((error: TelephonyError) => void) | undefined;
}

/** What hooks stand on. */
export interface Telephony {
  readonly store: Store<State>;
  start(): void;
  stop(): void;
  configure(settings: Settings): void;
  /** Of the call that is; `undefined` without one. */
  sessionEvent(): RTCSessionEvent | undefined;
  onEvent(listener: (event: CallcenterEvent) => void): () => void;
  setStatus(change: StatusChange): Promise<void>;
  retry(slice: Slice): void;
  call(target: string, options?: CallOptions): void;
  answer(options?: CallOptions): void;
  end(options?: TerminateOptions): void;
  hold(on: boolean): void;
  mute(on: boolean): void;
  sendDtmf(tones: string, inRtp?: boolean): void;
  transfer(target: string): void;
  consult(target: string, options?: CallOptions): void;
  join(): void;
  goBack(): void;
  setInput(id: string): void;
  setOutput(id: string): void;
  askMicrophone(): void;
}

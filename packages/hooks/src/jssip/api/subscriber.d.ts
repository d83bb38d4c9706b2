import { EventEmitter } from './emitter.js';
import type { IncomingRequest } from './messages.js';
import type { UA } from './ua.js';

declare enum TerminationCode {
  SUBSCRIBE_RESPONSE_TIMEOUT = 0,
  SUBSCRIBE_TRANSPORT_ERROR = 1,
  SUBSCRIBE_NON_OK_RESPONSE = 2,
  SUBSCRIBE_WRONG_OK_RESPONSE = 3,
  SUBSCRIBE_AUTHENTICATION_FAILED = 4,
  UNSUBSCRIBE_TIMEOUT = 5,
  FINAL_NOTIFY_RECEIVED = 6,
  WRONG_NOTIFY_RECEIVED = 7,
}

/** What listeners are called with. */
export interface MessageEventMap {
  pending: [];
  accepted: [];
  active: [];
  terminated: [terminationCode: TerminationCode, reason: string | undefined, retryAfter: number | undefined];
  notify: [isFinal: boolean, request: IncomingRequest, body: string | undefined, contentType: string | undefined];
}

type Listeners<Arguments extends { [E in keyof Arguments]: any[] }> = {
  [E in keyof Arguments]: (...args: Arguments[E]) => void;
};

/** A subscription of ours (RFC 6665). */
export class Subscriber extends EventEmitter<Listeners<MessageEventMap>> {
  constructor(ua: UA, target: string, eventName: string, accept: string, options?: any);
  static get C(): typeof TerminationCode;
  get C(): typeof TerminationCode;
  /** Subscribes, or again. */
  subscribe(body?: string): void;
  /** Unsubscribes. */
  terminate(body?: string): void;
  get state(): string;
  /** The dialog's. */
  get id(): string;
  get data(): any;
  set data(data: any);
}

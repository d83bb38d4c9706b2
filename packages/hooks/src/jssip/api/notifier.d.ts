import { EventEmitter } from './emitter.js';
import type { IncomingRequest } from './messages.js';
import type { UA } from './ua.js';

declare enum TerminationReason {
  NOTIFY_RESPONSE_TIMEOUT = 0,
  NOTIFY_TRANSPORT_ERROR = 1,
  NOTIFY_NON_OK_RESPONSE = 2,
  NOTIFY_AUTHENTICATION_FAILED = 3,
  FINAL_NOTIFY_SENT = 4,
  UNSUBSCRIBE_RECEIVED = 5,
  SUBSCRIPTION_EXPIRED = 6,
}

/** What listeners are called with. */
export interface MessageEventMap {
  terminated: [terminationCode: TerminationReason];
  subscribe: [
    isUnsubscribe: boolean,
    request: IncomingRequest,
    body: string | undefined,
    contentType: string | undefined,
  ];
  expired: [];
}

type Listeners<Arguments extends { [E in keyof Arguments]: any[] }> = {
  [E in keyof Arguments]: (...args: Arguments[E]) => void;
};

/** Somebody's subscription with us (RFC 6665). */
export class Notifier extends EventEmitter<Listeners<MessageEventMap>> {
  constructor(ua: UA, subscribe: IncomingRequest, contentType: string, options?: any);
  static get C(): typeof TerminationReason;
  get C(): typeof TerminationReason;
  /** Accepts the subscription. Listeners are there by now. */
  start(): void;
  setActiveState(): void;
  notify(body?: string): void;
  /** The last NOTIFY. */
  terminate(body?: string, reason?: string, retryAfter?: number): void;
  get state(): string;
  /** The dialog's. */
  get id(): string;
  get data(): any;
  set data(data: any);
}

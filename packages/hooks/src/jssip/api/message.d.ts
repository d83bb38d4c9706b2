import type { causes } from './constants.js';
import { EventEmitter } from './emitter.js';
import type { IncomingResponse } from './messages.js';
import type { ExtraHeaders, TerminateOptions } from './session.js';
import type { Originator, OutgoingListener, SessionDirection } from './session-events.js';
import type { NameAddrHeader, URI } from './values.js';

export interface AcceptOptions extends ExtraHeaders {
  body?: string;
}

export interface MessageFailedEvent {
  originator: Originator;
  /** `null` where none came. */
  response: IncomingResponse;
  cause?: causes;
}

export type MessageFailedListener = (event: MessageFailedEvent) => void;

export interface MessageEventMap {
  succeeded: OutgoingListener;
  failed: MessageFailedListener;
}

export interface SendMessageOptions extends ExtraHeaders {
  contentType?: string;
  eventHandlers?: Partial<MessageEventMap>;
  /** Another user of our domain than ours. */
  fromUserName?: string;
  fromDisplayName?: string;
}

declare class Applicant extends EventEmitter<MessageEventMap> {
  get direction(): SessionDirection;
  get local_identity(): NameAddrHeader;
  get remote_identity(): NameAddrHeader;
  /** 200. */
  accept(options?: AcceptOptions): void;
  /** 480 if no status is given. */
  reject(options?: TerminateOptions): void;
}

/** A MESSAGE outside any call. */
export class Message extends Applicant {
  send(target: string | URI, body: string, options?: SendMessageOptions): void;
}

/** OPTIONS outside any call. */
export class Options extends Applicant {
  send(target: string | URI, body?: string | null, options?: SendMessageOptions): void;
}

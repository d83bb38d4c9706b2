import type { Message, Options } from './applicant.js';
import type { Event } from './grammar.js';
import type { IncomingRequest, IncomingResponse } from './incoming.js';
import type { OutgoingRequest } from './outgoing.js';
import type { RTCSession } from './session.js';
import type { ConnectedEvent, ConnectingEvent, DisconnectedEvent } from './transport.js';

export interface RegisteredEvent {
  response: IncomingResponse;
}

export interface UnRegisteredEvent {
  /** Both missing where the connection broke. */
  response?: IncomingResponse | null;
  cause?: string | null;
}

export interface RegistrationFailedEvent {
  response: IncomingResponse | null;
  cause: string;
}

export interface IncomingRTCSessionEvent {
  originator: 'remote';
  session: RTCSession;
  request: IncomingRequest;
}

export interface OutgoingRTCSessionEvent {
  originator: 'local';
  session: RTCSession;
  request: OutgoingRequest;
}

export type RTCSessionEvent = IncomingRTCSessionEvent | OutgoingRTCSessionEvent;

export interface NewMessageEvent {
  originator: 'local' | 'remote';
  message: Message;
  request: IncomingRequest | OutgoingRequest;
}

export interface NewOptionsEvent {
  originator: 'local' | 'remote';
  message: Options;
  request: IncomingRequest | OutgoingRequest;
}

export interface SipEvent {
  event: Event | undefined;
  request: IncomingRequest;
}

export interface TransactionEvent {
  transaction: { type: string; id: string };
}

export interface UAEventMap {
  connecting: (event: ConnectingEvent) => void;
  connected: (event: ConnectedEvent) => void;
  disconnected: (event: DisconnectedEvent) => void;
  registered: (event: RegisteredEvent) => void;
  unregistered: (event: UnRegisteredEvent) => void;
  registrationFailed: (event: RegistrationFailedEvent) => void;
  /** Whoever listens registers again by `register()`. */
  registrationExpiring: () => void;
  newRTCSession: (event: RTCSessionEvent) => void;
  newMessage: (event: NewMessageEvent) => void;
  newOptions: (event: NewOptionsEvent) => void;
  newSubscribe: (event: SipEvent) => void;
  /** NOTIFY outside a dialog. */
  sipEvent: (event: SipEvent) => void;
  newTransaction: (event: TransactionEvent) => void;
  transactionDestroyed: (event: TransactionEvent) => void;
}

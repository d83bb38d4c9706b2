import type { causes } from './constants.js';
import type { Hears } from './emitter.js';
import type { Message, Options } from './message.js';
import type { IncomingRequest, IncomingResponse, OutgoingRequest } from './messages.js';
import type { RTCSession } from './session.js';
import type { Originator } from './session-events.js';
import type { Socket } from './sockets.js';

export interface IncomingRTCSessionEvent {
  originator: Originator.REMOTE;
  session: RTCSession;
  request: IncomingRequest;
}

export interface OutgoingRTCSessionEvent {
  originator: Originator.LOCAL;
  session: RTCSession;
  request: OutgoingRequest;
}

export type RTCSessionEvent = IncomingRTCSessionEvent | OutgoingRTCSessionEvent;

export interface ConnectingEvent {
  socket: Socket;
  /** Of connecting again, 0 at first. */
  attempts: number;
}

export interface ConnectedEvent {
  socket: Socket;
}

export interface DisconnectEvent {
  socket: Socket;
  /** `false` where it was asked for. */
  error: boolean;
  /** Of the Close frame. */
  code?: number;
  reason?: string;
}

export interface RegisteredEvent {
  response: IncomingResponse;
}

/** Where the connection broke it has neither; `response` is `null` where none came. */
export interface UnRegisteredEvent {
  response: IncomingResponse;
  cause?: causes;
}

export interface IncomingMessageEvent {
  originator: Originator.REMOTE;
  message: Message;
  request: IncomingRequest;
}

export interface OutgoingMessageEvent {
  originator: Originator.LOCAL;
  message: Message;
  request: OutgoingRequest;
}

export interface IncomingOptionsEvent {
  originator: Originator.REMOTE;
  message: Options;
  request: IncomingRequest;
}

export interface OutgoingOptionsEvent {
  originator: Originator.LOCAL;
  message: Options;
  request: OutgoingRequest;
}

export type ConnectingListener = (event: ConnectingEvent) => void;
export type ConnectedListener = (event: ConnectedEvent) => void;
export type DisconnectedListener = (event: DisconnectEvent) => void;
export type RegisteredListener = (event: RegisteredEvent) => void;
export type UnRegisteredListener = (event: UnRegisteredEvent) => void;
export type RegistrationFailedListener = UnRegisteredListener;
export type RegistrationExpiringListener = () => void;
export type IncomingRTCSessionListener = (event: IncomingRTCSessionEvent) => void;
export type OutgoingRTCSessionListener = (event: OutgoingRTCSessionEvent) => void;
export type RTCSessionListener = Hears<RTCSessionEvent>;
export type IncomingMessageListener = (event: IncomingMessageEvent) => void;
export type OutgoingMessageListener = (event: OutgoingMessageEvent) => void;
export type MessageListener = Hears<IncomingMessageEvent | OutgoingMessageEvent>;
export type IncomingOptionsListener = (event: IncomingOptionsEvent) => void;
export type OutgoingOptionsListener = (event: OutgoingOptionsEvent) => void;
export type OptionsListener = Hears<IncomingOptionsEvent | OutgoingOptionsEvent>;
export type SipEventListener = <T = any>(event: { event: T; request: IncomingRequest }) => void;
export type SipSubscribeListener = <T = any>(event: { event: T; request: IncomingRequest }) => void;

export interface UAEventMap {
  connecting: ConnectingListener;
  connected: ConnectedListener;
  disconnected: DisconnectedListener;
  registered: RegisteredListener;
  unregistered: UnRegisteredListener;
  registrationFailed: RegistrationFailedListener;
  /** Whoever listens registers again by `register()`. */
  registrationExpiring: RegistrationExpiringListener;
  newRTCSession: RTCSessionListener;
  newMessage: MessageListener;
  newOptions: OptionsListener;
  newSubscribe: SipSubscribeListener;
  /** NOTIFY outside a dialog. */
  sipEvent: SipEventListener;
}

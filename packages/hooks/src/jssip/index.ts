import { C, VERSION } from './constants.js';
import { debug } from './debug.js';
import * as Exceptions from './exceptions.js';
import { Grammar } from './grammar.js';
import { NameAddrHeader } from './name-addr.js';
import { RTCSession } from './session.js';
import { UA } from './ua.js';
import { URI } from './uri.js';
import * as Utils from './utils.js';
import { WebSocketInterface } from './websocket-interface.js';

export { C, debug, Exceptions, Grammar, NameAddrHeader, RTCSession, UA, URI, Utils, WebSocketInterface };

/** What applications compare with: JsSIP's, whose interface this is. */
export const name = 'JsSIP';
export const version = VERSION;

export default {
  C,
  Exceptions,
  Utils,
  UA,
  URI,
  NameAddrHeader,
  WebSocketInterface,
  Grammar,
  RTCSession,
  debug,
  name,
  version,
};

export type { FailedEvent, Message, Options, SendOptions, SucceededEvent } from './applicant.js';
export type { UAConfiguration } from './config.js';
export type { Cause } from './constants.js';
export type { IncomingRequest, IncomingResponse } from './incoming.js';
export type { Notifier, NotifierOptions } from './notifier.js';
export type { OutgoingRequest } from './outgoing.js';
export type { ReferSubscriber } from './refer.js';
export type { Registrator } from './registrator.js';
export type { Socket, WeightedSocket } from './socket.js';
export type { Subscriber, SubscriberOptions } from './subscriber.js';
export type { Transport } from './transport.js';
export type * from './ua-events.js';

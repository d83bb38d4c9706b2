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

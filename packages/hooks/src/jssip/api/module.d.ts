import * as C from './constants.js';
import type { Debug } from './debug.js';
import * as Exceptions from './exceptions.js';
import * as Grammar from './grammar.js';
import * as Utils from './utils.js';

export { C, Exceptions, Grammar, Utils };
export { RTCSession } from './session.js';
export { WebSocketInterface } from './sockets.js';
export type { Socket, WeightedSocket } from './sockets.js';
export { UA } from './ua.js';
export { NameAddrHeader, URI } from './values.js';

export const debug: Debug;
export const name: string;
export const version: string;

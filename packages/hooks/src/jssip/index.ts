export { Grammar } from './grammar.js';
export { URI } from './uri.js';
export { NameAddrHeader } from './name-addr.js';
export * as Utils from './utils.js';
export { C } from './constants.js';
export * as Exceptions from './exceptions.js';
export { WebSocketInterface } from './websocket-interface.js';
export { debug } from './debug.js';

export { type RecoveryOptions, Transport, Transport as default } from '../sockets.js';

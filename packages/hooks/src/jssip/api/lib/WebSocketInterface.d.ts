export { WebSocketInterface, WebSocketInterface as default } from '../sockets.js';

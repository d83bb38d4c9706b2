export { WebSocketInterface, WebSocketInterface as default } from '../websocket-interface.js';

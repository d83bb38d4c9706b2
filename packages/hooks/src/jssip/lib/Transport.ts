export { Transport, Transport as default } from '../transport.js';

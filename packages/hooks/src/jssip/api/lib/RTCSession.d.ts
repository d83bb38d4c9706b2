export * from '../session.js';
export * from '../session-events.js';
export { RTCSession as default } from '../session.js';

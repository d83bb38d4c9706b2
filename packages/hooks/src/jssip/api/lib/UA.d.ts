export * from '../ua.js';
export * from '../ua-events.js';
export { UA as default } from '../ua.js';

export { UA, UA as default } from '../ua.js';
export type { UAConfiguration } from '../config.js';
export type { CallOptions } from '../session-options.js';
export type * from '../ua-events.js';

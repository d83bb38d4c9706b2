export * from '../utils.js';
export * as default from '../utils.js';

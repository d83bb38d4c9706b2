export * from './module.js';
export * as default from './module.js';

export * from '../exceptions.js';
export * as default from '../exceptions.js';

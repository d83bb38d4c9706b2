export * from '../constants.js';
export * as default from '../constants.js';

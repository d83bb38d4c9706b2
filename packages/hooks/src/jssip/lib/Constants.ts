export * from '../constants.js';
export { C as default } from '../constants.js';

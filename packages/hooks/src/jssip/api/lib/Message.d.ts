export * from '../message.js';
export { Message as default } from '../message.js';

export { Options, Options as default } from '../message.js';

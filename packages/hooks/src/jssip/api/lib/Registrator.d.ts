export { type ExtraContactParams, Registrator, Registrator as default } from '../ua.js';

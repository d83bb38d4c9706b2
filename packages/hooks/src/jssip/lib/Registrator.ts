export { Registrator, Registrator as default } from '../registrator.js';

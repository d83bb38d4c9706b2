export { Notifier, Notifier as default } from '../notifier.js';

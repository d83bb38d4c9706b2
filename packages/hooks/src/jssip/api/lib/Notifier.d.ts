export { type MessageEventMap, Notifier, Notifier as default } from '../notifier.js';

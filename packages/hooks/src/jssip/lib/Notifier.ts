export { Notifier, Notifier as default } from '../notifier.js';
export type { NotifierEventMap, NotifierOptions } from '../notifier.js';

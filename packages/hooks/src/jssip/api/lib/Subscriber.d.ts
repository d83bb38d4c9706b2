export { type MessageEventMap, Subscriber, Subscriber as default } from '../subscriber.js';

export { Subscriber, Subscriber as default } from '../subscriber.js';
export type { SubscriberEventMap, SubscriberOptions } from '../subscriber.js';

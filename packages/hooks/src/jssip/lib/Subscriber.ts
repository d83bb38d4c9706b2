export { Subscriber, Subscriber as default } from '../subscriber.js';

export { Message, Message as default } from '../applicant.js';
export type {
  AcceptOptions,
  FailedEvent,
  MessageEventMap,
  RejectOptions,
  SendOptions as SendMessageOptions,
  SucceededEvent,
} from '../applicant.js';

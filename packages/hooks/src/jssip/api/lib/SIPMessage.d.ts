export { IncomingMessage, IncomingRequest, IncomingResponse, OutgoingRequest } from '../messages.js';
export { OutgoingRequest as InitialOutgoingInviteRequest } from '../messages.js';
export * as default from '../messages.js';

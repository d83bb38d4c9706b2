import { IncomingMessage, IncomingRequest, IncomingResponse } from '../incoming.js';
import { OutgoingRequest } from '../outgoing.js';

export { IncomingMessage, IncomingRequest, IncomingResponse, OutgoingRequest };
export { OutgoingRequest as InitialOutgoingInviteRequest };
export default { IncomingRequest, IncomingResponse, OutgoingRequest, InitialOutgoingInviteRequest: OutgoingRequest };

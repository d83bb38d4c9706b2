import type { IncomingRequest, IncomingResponse } from '../messages.js';

/** `undefined` where the text is no SIP message. */
export function parseMessage(data: string, ua?: unknown): IncomingRequest | IncomingResponse | undefined;
declare const parser: { parseMessage: typeof parseMessage };
export default parser;

import type { IncomingMessage } from '../incoming.js';

/** Deeper multiparts are not looked into. */
const DEPTH = 4;

/** The session description in a message; empty where there is none. */
export const description = (message: IncomingMessage): string =>
  part(message.getHeader('content-type') ?? '', message.body, 0);

/** A body, or the first part of a multipart (RFC 5621, RFC 2046 §5.1), that is a description. */
function part(type: string, body: string, depth: number): string {
  if (/^application\/sdp\s*(;|$)/i.test(type)) return body;
  const boundary = /^multipart\/.*;\s*boundary=("?)([^";]+)\1/i.exec(type)?.[2];
  if (!boundary || depth === DEPTH) return '';
  // The line end before a delimiter is the delimiter's.
  for (const piece of `\n${body}`.split(`\n--${boundary}`).slice(1, -1)) {
    const [head = ''] = /^[^]*?\r?\n\r?\n/.exec(piece) ?? [];
    const found = part(
      /^content-type\s*:\s*(.*)/im.exec(head)?.[1] ?? '',
      piece.slice(head.length).replace(/\r$/, ''),
      depth + 1,
    );
    if (found) return found;
  }
  return '';
}

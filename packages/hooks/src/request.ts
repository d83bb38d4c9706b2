/** The INVITE, under JsSIP's names, to read. */
export interface SessionRequest {
  readonly method: string;
  readonly ruri: string;
  readonly call_id: string;
  readonly body: string;
  /** The whole message. */
  readonly data: string;
  /** The first value of a header; names are not case-sensitive. */
  getHeader(name: string): string | undefined;
  getHeaders(name: string): string[];
  hasHeader(name: string): boolean;
  toString(): string;
}

// RFC 3261 §7.3.3
const COMPACT: Record<string, string> = {
  i: 'call-id',
  m: 'contact',
  e: 'content-encoding',
  l: 'content-length',
  c: 'content-type',
  f: 'from',
  s: 'subject',
  k: 'supported',
  t: 'to',
  v: 'via',
};

/** Reads a SIP request's text; of anything else it makes a request without headers. */
export function parseRequest(text: string): SessionRequest {
  const end = text.indexOf('\r\n\r\n');
  const head = end < 0 ? text : text.slice(0, end);
  // A line that begins with white space continues the one before.
  const [start = '', ...lines] = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
  const [method = '', ruri = ''] = start.split(' ');
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [canonical(line.slice(0, colon)), line.slice(colon + 1).trim()] as const;
  });
  const getHeaders = (name: string): string[] =>
    headers.filter(([known]) => known === canonical(name)).map(([, value]) => value);
  return {
    method,
    ruri,
    call_id: getHeaders('call-id')[0] ?? '',
    body: end < 0 ? '' : text.slice(end + 4),
    data: text,
    getHeader: (name) => getHeaders(name)[0],
    getHeaders,
    hasHeader: (name) => getHeaders(name).length > 0,
    toString: () => text,
  };
}

function canonical(name: string): string {
  const lower = name.trim().toLowerCase();
  return COMPACT[lower] ?? lower;
}

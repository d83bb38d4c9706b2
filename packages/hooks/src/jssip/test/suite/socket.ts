/** A server at the other end of a socket: what it was sent, and what it sends. */
export class ScriptedSocket {
  url = 'wss://sip.example.com';
  via_transport = 'WSS';
  sip_uri = 'sip:sip.example.com;transport=ws';
  /** Every message that was sent, the oldest first. */
  readonly sent: Message[] = [];
  /** Whether it connects when it is asked to. */
  reachable = true;
  connected = false;
  connects = 0;
  /** Answers as a server would, until a story answers itself. */
  answer: ((message: Message) => void) | undefined;

  onconnect(): void {}
  ondisconnect(_error?: boolean, _code?: number, _reason?: string): void {}
  ondata(_data: string | ArrayBuffer): void {}

  connect(): void {
    this.connects++;
    setTimeout(() => {
      this.connected = this.reachable;
      if (this.reachable) this.onconnect();
      else this.ondisconnect(true, 1006, '');
    }, 0);
  }

  disconnect(): void {
    this.connected = false;
  }

  isConnected(): boolean {
    return this.connected;
  }

  isConnecting(): boolean {
    return false;
  }

  send(text: string): boolean {
    if (!this.connected) return false;
    const message = new Message(text);
    this.sent.push(message);
    this.answer?.(message);
    return true;
  }

  /** The connection breaks. */
  drop(): void {
    this.connected = false;
    this.ondisconnect(true, 1006, 'gone');
  }

  /** What was sent since it was last asked, as `METHOD` or `STATUS METHOD`. */
  wire(): string[] {
    return this.#unseen().map((message) => message.title);
  }

  /** The last one of this method (a request) or title (`200 INVITE`). */
  last(title: string): Message {
    const found = this.all(title).at(-1);
    if (!found) throw new Error(`no ${title} among ${this.sent.map((message) => message.title).join(', ')}`);
    return found;
  }

  all(title: string): Message[] {
    return this.sent.filter((message) => message.title === title);
  }

  #seen = 0;

  #unseen(): Message[] {
    const unseen = this.sent.slice(this.#seen);
    this.#seen = this.sent.length;
    return unseen;
  }
}

/** A message on the wire, read by nobody's parser but the suite's. */
export class Message {
  readonly text: string;
  readonly line: string;
  readonly body: string;
  readonly #headers: [name: string, value: string][];

  constructor(text: string) {
    this.text = text;
    const end = text.indexOf('\r\n\r\n');
    const [line = '', ...headers] = text.slice(0, end).split('\r\n');
    this.line = line;
    this.body = text.slice(end + 4);
    this.#headers = headers.map((header) => {
      const colon = header.indexOf(':');
      return [header.slice(0, colon), header.slice(colon + 1).trim()];
    });
  }

  get isResponse(): boolean {
    return this.line.startsWith('SIP/2.0');
  }

  get method(): string {
    return this.header('CSeq').split(' ')[1] ?? '';
  }

  get status(): number {
    return Number(this.line.split(' ')[1]);
  }

  get title(): string {
    return this.isResponse ? `${this.status} ${this.method}` : this.method;
  }

  get cseq(): number {
    return parseInt(this.header('CSeq'), 10);
  }

  get uri(): string {
    return this.line.split(' ')[1] ?? '';
  }

  /** Empty where there is none. */
  header(name: string): string {
    return this.headers(name)[0] ?? '';
  }

  headers(name: string): string[] {
    return this.#headers.filter(([own]) => own.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
  }

  tag(name: 'From' | 'To'): string {
    return /;tag=([^;]+)/.exec(this.header(name))?.[1] ?? '';
  }

  get names(): string[] {
    return this.#headers.map(([name]) => name);
  }
}

export interface ReplyOptions {
  reason?: string;
  tag?: string;
  headers?: string[];
  body?: string;
}

/** A response to what was sent. */
export function reply(
  to: Message,
  status: number,
  { reason = 'Reason', tag = 'there', headers = [], body = '' }: ReplyOptions = {},
): string {
  const toHeader = to.header('To');
  return text(
    `SIP/2.0 ${status} ${reason}`,
    [
      ...to.headers('Via').map((via) => `Via: ${via}`),
      `From: ${to.header('From')}`,
      `To: ${toHeader}${status > 100 && tag && !toHeader.includes(';tag=') ? `;tag=${tag}` : ''}`,
      `Call-ID: ${to.header('Call-ID')}`,
      `CSeq: ${to.header('CSeq')}`,
      ...headers,
      ...(body && !headers.some((header) => /^content-type:/i.test(header)) ? ['Content-Type: application/sdp'] : []),
    ],
    body,
  );
}

export interface RequestOptions {
  uri?: string;
  from?: string;
  to?: string;
  callId?: string;
  cseq?: number;
  headers?: string[];
  body?: string;
  contentType?: string | null;
}

let branches = 0;

/** A request of the far end's. */
export function request(method: string, options: RequestOptions = {}): string {
  const {
    uri = 'sip:alice@example.com',
    from = '"Bob" <sip:bob@example.com>;tag=bob',
    to = '<sip:alice@example.com>',
  } = options;
  const {
    callId = 'call-1',
    cseq = 1,
    headers = [],
    body = '',
    contentType = body ? 'application/sdp' : null,
  } = options;
  return text(
    `${method} ${uri} SIP/2.0`,
    [
      `Via: SIP/2.0/WSS sip.example.com;branch=z9hG4bK-far-${++branches}`,
      'Max-Forwards: 70',
      `From: ${from}`,
      `To: ${to}`,
      `Call-ID: ${callId}`,
      `CSeq: ${cseq} ${method}`,
      ...headers,
      ...(contentType ? [`Content-Type: ${contentType}`] : []),
    ],
    body,
  );
}

function text(line: string, headers: string[], body: string): string {
  return `${[line, ...headers].join('\r\n')}\r\nContent-Length: ${new TextEncoder().encode(body).length}\r\n\r\n${body}`;
}

import { IncomingMessage, parseMessage } from './incoming.js';
import type { NameAddrHeader } from './name-addr.js';
import { parseSdp, type Sdp } from './sdp.js';
import { headerize, utf8Length } from './text.js';
import type { URI } from './uri.js';

/** What every request has before the caller's headers, in this order. */
const OWN = /^(Route|Via|Max-Forwards|To|From|Call-ID|CSeq)$/;
/** What it has after them. */
const LAST = /^(Allow|Supported|User-Agent|Content-Length)$/;

const nameOf = (line: string): string => headerize(line.slice(0, line.indexOf(':')).trim());
const valueOf = (line: string): string => line.slice(line.indexOf(':') + 1).trim();

/** A request of ours. Until it is sent, what is changed in it is what is sent. */
export class OutgoingRequest {
  method: string;
  ruri: URI | string;
  headers: Record<string, string[]> = {};
  /** `Name: value`, the caller's first. */
  extraHeaders: string[];
  body: string | null | undefined;
  call_id: string;
  cseq: number;
  from: NameAddrHeader;
  to: NameAddrHeader;
  _sdp: Sdp | undefined;
  _last = '';

  constructor(draft: string, callerHeaders: readonly string[] = [], body?: string | null) {
    const message = parseMessage(draft) as IncomingMessage & { ruri: URI | undefined };
    this.method = message.method;
    this.ruri = message.ruri ?? (draft.split(' ', 2)[1] as string);
    this.body = body;
    const own: string[] = [];
    this.call_id = message.call_id;
    this.cseq = message.cseq;
    this.from = message.from;
    this.to = message.to;
    for (const [name, values] of Object.entries(message.headers)) {
      const raw = values.map((value) => value.raw);
      if (OWN.test(name)) this.headers[name] = raw;
      else if (!LAST.test(name)) own.push(...raw.map((value) => `${name}: ${value}`));
      else if (name !== 'Content-Length') this._last += raw.map((value) => `${name}: ${value}\r\n`).join('');
    }
    this.extraHeaders = [...callerHeaders.filter((line) => !(nameOf(line) in this.headers)), ...own];
  }

  setHeader(name: string, value: string | string[]): void {
    const spelled = headerize(name);
    this.extraHeaders = this.extraHeaders.filter((line) => nameOf(line) !== spelled);
    this.headers[spelled] = Array.isArray(value) ? value : [value];
  }

  getHeader(name: string): string | undefined {
    return this.getHeaders(name)[0] || undefined;
  }

  getHeaders(name: string): string[] {
    const spelled = headerize(name);
    return [...(this.headers[spelled] ?? this.extraHeaders.filter((line) => nameOf(line) === spelled).map(valueOf))];
  }

  hasHeader(name: string): boolean {
    const spelled = headerize(name);
    return !!this.headers[spelled] || this.extraHeaders.some((line) => nameOf(line) === spelled);
  }

  parseSDP(force?: boolean): Sdp {
    return (this._sdp = (!force && this._sdp) || parseSdp(this.body ?? ''));
  }

  clone(): OutgoingRequest {
    const copy = Object.assign(Object.create(OutgoingRequest.prototype) as OutgoingRequest, this);
    copy.headers = structuredClone(this.headers);
    copy.extraHeaders = [...this.extraHeaders];
    return copy;
  }

  toString(): string {
    const own = Object.entries(this.headers).flatMap(([name, values]) => values.map((value) => `${name}: ${value}`));
    const lines = [`${this.method} ${this.ruri} SIP/2.0`, ...own, ...this.extraHeaders.map((line) => line.trim())];
    const body = this.body ?? '';
    return `${lines.join('\r\n')}\r\n${this._last}Content-Length: ${utf8Length(body)}\r\n\r\n${body}`;
  }

  /** The header lines that were given or set, and those of the engine's that were left. */
  _lines(): string[] {
    const set = Object.entries(this.headers).filter(([name]) => !OWN.test(name));
    return [...set.flatMap(([name, values]) => values.map((value) => `${name}: ${value}`)), ...this.extraHeaders];
  }

  /** It was sent again: with credentials, another CSeq. */
  _resent(text: string): void {
    const again = new OutgoingRequest(text);
    this.cseq = again.cseq;
    Object.assign(this.headers, again.headers);
  }
}

import {
  type Challenge,
  type CSeq,
  type Event,
  Grammar,
  type ListItem,
  type Replaces,
  type SessionExpires,
  type StartLine,
  Table,
  type Via,
} from './grammar.js';
import type { NameAddrHeader } from './name-addr.js';
import { read, Rule } from './native.js';
import { parseSdp, type Sdp } from './sdp.js';
import { cloneArray, headerize, reasonPhrase, utf8Length } from './text.js';
import type { URI } from './uri.js';

/** A header's value, and what was read of it. */
export interface Header {
  raw: string;
  parsed?: unknown;
}

/** What `parseHeader` gives for the headers that are known; of others, what `Grammar.parse` does. */
export interface ParsedHeaders {
  from: NameAddrHeader;
  to: NameAddrHeader;
  contact: NameAddrHeader;
  'refer-to': NameAddrHeader;
  'record-route': NameAddrHeader;
  via: Via;
  cseq: CSeq;
  event: Event;
  replaces: Replaces;
  'session-expires': SessionExpires;
  'www-authenticate': Challenge;
  'proxy-authenticate': Challenge;
}

type Parsed<N extends string> = Lowercase<N> extends keyof ParsedHeaders ? ParsedHeaders[Lowercase<N>] : any;

/** RFC 3261 §7.3.3 and those since. */
const COMPACT: Record<string, string> = {
  v: 'Via',
  f: 'From',
  t: 'To',
  i: 'Call-ID',
  m: 'Contact',
  l: 'Content-Length',
  c: 'Content-Type',
  e: 'Content-Encoding',
  x: 'Session-Expires',
  r: 'Refer-To',
  b: 'Referred-By',
  o: 'Event',
  u: 'Allow-Events',
  k: 'Supported',
  s: 'Subject',
};

/** Of these, what is on one line between commas is several headers. */
const LISTS: Record<string, string> = { Contact: 'Contact', 'Record-Route': 'Record_Route' };

/** Of these, the last one holds. */
const SINGLE =
  /^(From|To|C(all-ID|Seq|ontent-(Length|Type))|Max-Forwards|(WWW|Proxy)-Authenticate|Session-Expires|Refer-To|Replaces|Event)$/;

// The table of `crates/jssip/src/message.rs`: its first cells, and the first header's place.
const LINE = 0;
const COUNT = 1;
const VIA = 2;
const FROM = 3;
const TO = 4;
const CSEQ = 5;
const CONTACT = 6;
const CALL_ID = 7;
const CONTENT_LENGTH = 9;
const HEADERS = 10;

/** A message that came. What it says is worked out when it is asked for. */
export class IncomingMessage {
  /** The whole text. */
  data: string;
  _bodyAt: number;
  _body: string | undefined = undefined;
  _cells: Int32Array;
  _headers: Record<string, Header[]> | undefined = undefined;
  _from: NameAddrHeader | undefined = undefined;
  _to: NameAddrHeader | undefined = undefined;
  _via: Via | undefined = undefined;
  _cseq: CSeq | undefined = undefined;
  _contacts: ListItem[] | undefined = undefined;
  _from_tag: string | undefined = undefined;
  _to_tag: string | null | undefined = null;
  _sdp: Sdp | undefined = undefined;

  constructor(data: string, cells: Int32Array, bodyAt: number) {
    this.data = data;
    this._cells = cells;
    this._bodyAt = bodyAt;
  }

  /** RFC 3261 §18.3: without what is beyond Content-Length. */
  get body(): string {
    return (this._body ??= cut(this.data.slice(this._bodyAt), this._cells[CONTENT_LENGTH] as number));
  }

  set body(body: string) {
    this._body = body;
  }

  get from(): NameAddrHeader {
    return (this._from ??= this._table(FROM)?.address()) as NameAddrHeader;
  }

  get to(): NameAddrHeader {
    return (this._to ??= this._table(TO)?.address()) as NameAddrHeader;
  }

  /** The topmost. */
  get via(): Via {
    return (this._via ??= this._table(VIA)?.via()) as Via;
  }

  get from_tag(): string {
    return (this._from_tag ??= this.from?.getParam('tag') ?? undefined) as string;
  }

  get to_tag(): string | undefined {
    if (this._to_tag === null) this._to_tag = this.to?.getParam('tag') ?? undefined;
    return this._to_tag ?? undefined;
  }

  /** The tag that our responses carry. */
  set to_tag(tag: string | undefined) {
    this._to_tag = tag;
  }

  get via_branch(): string | undefined {
    return this.via?.branch;
  }

  get call_id(): string {
    return this.data.slice(this._cells[CALL_ID], this._cells[CALL_ID + 1]);
  }

  get cseq(): number {
    return this._CSeq()?.value as number;
  }

  get method(): string {
    return this._CSeq()?.method as string;
  }

  get session_expires(): number | undefined {
    return this.parseHeader('session-expires')?.expires;
  }

  get session_expires_refresher(): 'uac' | 'uas' | undefined {
    return this.parseHeader('session-expires')?.refresher;
  }

  get refer_to(): NameAddrHeader | undefined {
    return this.parseHeader('refer-to');
  }

  get replaces(): Replaces | undefined {
    return this.parseHeader('replaces');
  }

  get event(): Event | undefined {
    return this.parseHeader('event');
  }

  /** By their names as JsSIP spells them. */
  get headers(): Record<string, Header[]> {
    return (this._headers ??= this._index());
  }

  /** The first one's text. */
  getHeader(name: string): string | undefined {
    return this.headers[headerize(name)]?.[0]?.raw;
  }

  getHeaders(name: string): string[] {
    return (this.headers[headerize(name)] ?? []).map((header) => header.raw);
  }

  hasHeader(name: string): boolean {
    return !!this.headers[headerize(name)];
  }

  countHeader(name: string): number {
    return this.headers[headerize(name)]?.length ?? 0;
  }

  /** What the header says; `undefined` where there is none or it cannot be read. */
  parseHeader<N extends string>(name: N, index = 0): Parsed<N> | undefined {
    const spelled = headerize(name);
    if (!this._headers && spelled === 'Contact')
      return this._list(this._cells[CONTACT] as number)[index]?.parsed as never;
    const header = this.headers[spelled]?.[index];
    if (!header) return undefined;
    header.parsed ??= this._typed(spelled, index) ?? parsed(header.raw, spelled);
    return header.parsed as never;
  }

  /** `parseHeader`, shorter. */
  s<N extends string>(name: N, index?: number): Parsed<N> | undefined {
    return this.parseHeader(name, index);
  }

  addHeader(name: string, value: string): void {
    (this.headers[headerize(name)] ??= []).push({ raw: value });
  }

  setHeader(name: string, value: string): void {
    this.headers[headerize(name)] = [{ raw: value }];
  }

  /** The body as npm's `sdp-transform` reads it. */
  parseSDP(force?: boolean): Sdp {
    return (this._sdp = (!force && this._sdp) || parseSdp(this.body));
  }

  toString(): string {
    return this.data;
  }

  _CSeq(): CSeq | undefined {
    return (this._cseq ??= this._table(CSEQ)?.cseq());
  }

  _table(cell: number): Table | undefined {
    const at = this._cells[cell];
    return at ? new Table(this.data, this._cells, at) : undefined;
  }

  /** What was read with the message, while the header is as it came. */
  _typed(name: string, index: number): unknown {
    if (index) return undefined;
    return name === 'From' ? this.from : name === 'To' ? this.to : name === 'Via' ? this.via : undefined;
  }

  _list(at: number): ListItem[] {
    if (!at) return [];
    if (at !== this._cells[CONTACT]) return new Table(this.data, this._cells, at).list();
    return (this._contacts ??= new Table(this.data, this._cells, at).list());
  }

  /** Each header by itself: its name, its text, and where in the table it is read, or 0. */
  _lines(): [name: string, raw: string, at: number][] {
    const { data, _cells: cells } = this;
    return Array.from({ length: cells[COUNT] as number }, (_, index) => {
      const at = HEADERS + index * 5;
      const own = data.slice(cells[at], cells[at + 1]);
      const name = own.length === 1 ? (COMPACT[own.toLowerCase()] ?? own) : headerize(own);
      const raw = data.slice(cells[at + 2], cells[at + 3]);
      // RFC 3261 §7.3.1
      return [name, raw.includes('\n') ? raw.replace(/\r?\n[ \t]+/g, ' ') : raw, cells[at + 4] as number];
    });
  }

  _index(): Record<string, Header[]> {
    const headers: Record<string, Header[]> = {};
    for (const [name, raw, at] of this._lines()) {
      const known = headers[name];
      if (LISTS[name]) {
        const list = at ? this._list(at) : listed(raw, LISTS[name]);
        const text = at ? this.data : raw;
        const items = list.map(({ offset, possition, parsed }) => ({
          raw: text.slice(offset, possition).trim(),
          parsed,
        }));
        headers[name] = (known ?? []).concat(items.length ? items : { raw });
      } else if (known && !SINGLE.test(name)) {
        known.push({ raw });
      } else {
        headers[name] = [{ raw }];
      }
    }
    return headers;
  }
}

function listed(raw: string, rule: string): ListItem[] {
  const parsed = Grammar.parse(raw, rule);
  return Array.isArray(parsed) ? parsed : [];
}

function parsed(raw: string, name: string): unknown {
  if (LISTS[name]) return listed(raw, LISTS[name])[0]?.parsed;
  const value = Grammar.parse(raw, name.replaceAll('-', '_'));
  return value === -1 ? undefined : value;
}

/** Content-Length counts bytes; no character has less than one. */
function cut(body: string, length: number): string {
  if (length < 0 || (length >= body.length && utf8Length(body) <= length)) return body;
  let bytes = 0;
  let at = 0;
  for (const char of body) {
    bytes += utf8Length(char);
    if (bytes > length) break;
    at += char.length;
  }
  return body.slice(0, at);
}

/** How a request is answered; whether it could be. */
export type Answer = (code: number, reason: string, headers: string[], body: string | null) => boolean;

/** A request that came. */
export class IncomingRequest extends IncomingMessage {
  ua: unknown;
  _method: string;
  ruri: URI | undefined;
  /** The engine's. */
  _handle = 0;
  _answer: Answer | undefined = undefined;
  _stateless: Answer | undefined = undefined;

  constructor(data: string, cells: Int32Array, bodyAt: number, line: StartLine, ua: unknown) {
    super(data, cells, bodyAt);
    this.ua = ua;
    this.ruri = line.uri;
    this._method = line.method as string;
  }

  override get method(): string {
    return this._method;
  }

  /** Answers it. A body is taken for a session description. */
  reply(
    code: number,
    reason?: string | null,
    extraHeaders?: readonly string[] | null,
    body?: string | null,
    onSuccess?: () => void,
    onFailure?: () => void,
  ): void {
    this._send(this._answer, code, reason, cloneArray(extraHeaders), body ?? null) ? onSuccess?.() : onFailure?.();
  }

  /** Answers it once and forgets it. */
  reply_sl(code: number, reason?: string | null): void {
    this._send(this._stateless, code, reason, [], null);
  }

  _send(
    answer: Answer | undefined,
    code: number,
    reason: string | null | undefined,
    headers: string[],
    body: string | null,
  ): boolean {
    if (!(code >= 100 && code <= 699)) throw new TypeError(`Invalid status_code: ${code}`);
    if (reason && typeof reason !== 'string') throw new TypeError(`Invalid reason_phrase: ${String(reason)}`);
    return answer?.(code, reason || reasonPhrase(code), headers, body) ?? false;
  }
}

/** A response that came. */
export class IncomingResponse extends IncomingMessage {
  status_code: number;
  reason_phrase: string;

  constructor(data: string, cells: Int32Array, bodyAt: number, line: StartLine) {
    super(data, cells, bodyAt);
    this.status_code = line.status_code as number;
    this.reason_phrase = line.reason_phrase as string;
  }
}

/** `undefined` where the text is no SIP message. */
export function parseMessage(data: string, ua?: unknown): IncomingRequest | IncomingResponse | undefined {
  const end = data.indexOf('\r\n\r\n');
  const cells = read(Rule.MESSAGE, end < 0 ? data : data.slice(0, end + 2));
  if (!cells) return undefined;
  const bodyAt = end < 0 ? data.length : end + 4;
  const line = new Table(data, cells, cells[LINE]).startLine();
  return line.status_code
    ? new IncomingResponse(data, cells, bodyAt, line)
    : new IncomingRequest(data, cells, bodyAt, line, ua);
}

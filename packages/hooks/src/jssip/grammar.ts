import { NameAddrHeader } from './name-addr.js';
import { read, Rule } from './native.js';
import { URI } from './uri.js';
import { headerize } from './text.js';

export type HostType = 'domain' | 'IPv4' | 'IPv6';

export interface Via {
  protocol: string;
  transport: string;
  host: string;
  host_type: HostType;
  port?: number;
  branch?: string;
  received?: string;
  rport?: number;
  ttl?: number;
  maddr?: string;
  params?: ValueParameters;
}

export interface CSeq {
  value: number;
  method: string;
}

export interface Challenge {
  realm?: string;
  nonce?: string;
  opaque?: string;
  algorithm?: string;
  stale?: boolean;
  qop?: string[];
}

export interface Event {
  event: string;
  params?: ValueParameters;
}

export interface SessionExpires {
  expires: number;
  refresher?: 'uac' | 'uas';
  params?: ValueParameters;
}

export interface Replaces {
  call_id: string;
  to_tag?: string;
  from_tag?: string;
  early_only?: boolean;
  params?: ValueParameters;
}

/** A value's parameters by their names in lower case; a flag's is `undefined`. */
export type ValueParameters = Record<string, string | undefined>;

/** One of several values on a line: from `offset` to `possition`. */
export interface ListItem {
  possition: number;
  offset: number;
  parsed: NameAddrHeader;
}

type Build = (table: Table) => unknown;

const HOST_TYPES: HostType[] = ['domain', 'IPv4', 'IPv6'];

/** What was found in a text, taken from its table piece by piece. */
export class Table {
  readonly #text: string;
  readonly #cells: Int32Array;
  #at: number;

  constructor(text: string, cells: Int32Array, at = 0) {
    this.#text = text;
    this.#cells = cells;
    this.#at = at;
  }

  number(): number {
    return this.#cells[this.#at++] as number;
  }

  /** `undefined` where there is nothing. */
  piece(): string | undefined {
    const start = this.number();
    const end = this.number();
    return start < 0 ? undefined : this.#text.slice(start, end);
  }

  text(): string {
    return this.piece() as string;
  }

  pairs(take: (name: string, value: string | undefined) => void): void {
    for (let count = this.number(); count > 0; count--) take(this.text().toLowerCase(), this.piece());
  }

  port(): number | undefined {
    const port = this.number();
    return port < 0 ? undefined : port;
  }

  uri(): URI {
    const scheme = this.text().toLowerCase();
    const user = this.piece();
    const host = this.text().toLowerCase();
    this.#at++;
    const uri = new URI(scheme, user?.includes('%') ? decode(user) : user, host || '-', this.port());
    uri._host = host;
    this.pairs((name, value = '') => {
      const lower = name === 'transport' || name === 'user' || name === 'maddr';
      uri._parameters[name] = name === 'lr' || value === '' ? null : lower ? value.toLowerCase() : value;
    });
    this.pairs((name, value = '') => (uri._headers[headerize(name)] ??= []).push(value));
    return uri;
  }

  address(): NameAddrHeader {
    this.#at += 2;
    const name = this.piece();
    const address = new NameAddrHeader(
      this.uri(),
      name && (name[0] === '"' ? unquote(name) : name.replace(/\s+/g, ' ')),
    );
    this.pairs((param, value) => (address._parameters[param] = value ?? null));
    return address;
  }

  list(): ListItem[] {
    return Array.from({ length: this.number() }, () => ({
      offset: this.#cells[this.#at] as number,
      possition: this.#cells[this.#at + 1] as number,
      parsed: this.address(),
    }));
  }

  via(): Via {
    const via = { protocol: this.text(), transport: this.text(), ...this.host() } as Via;
    const port = this.port();
    if (port !== undefined) via.port = port;
    this.pairs((name, value) => {
      if (name === 'rport') {
        if (value) via.rport = +value;
      } else if (name === 'ttl') {
        via.ttl = Number(value);
      } else if (value !== undefined && (name === 'branch' || name === 'received' || name === 'maddr')) {
        via[name] = value;
      } else {
        (via.params ??= {})[name] = value;
      }
    });
    return via;
  }

  host(): { host: string; host_type: HostType } {
    return { host: this.text(), host_type: HOST_TYPES[this.number()] as HostType };
  }

  cseq(): CSeq {
    return { value: +this.text(), method: this.text() };
  }

  startLine(): StartLine {
    if (this.number()) return { sip_version: 'SIP/2.0', status_code: +this.text(), reason_phrase: this.text() };
    const method = this.text();
    const uri = this.number() ? this.uri() : undefined;
    return uri
      ? { method, uri, sip_version: 'SIP/2.0' }
      : { method, scheme: this.text().split(':', 1)[0], sip_version: 'SIP/2.0' };
  }

  /** Parameters that are `known` become fields, by the names in it; the others go to `params`. */
  fields<T extends object>(fields: T, known: Record<string, string>): T & { params?: ValueParameters } {
    const all = fields as Record<string, unknown> & { params?: ValueParameters };
    this.pairs((name, value) => {
      const field = known[name];
      if (field && value !== undefined) all[field] = value;
      else (all.params ??= {})[name] = value;
    });
    return all as T;
  }
}

/** A first line: a response's where there is a `status_code`. `uri` is missing where the request's is not SIP's. */
export interface StartLine {
  sip_version: string;
  status_code?: number;
  reason_phrase?: string;
  method?: string;
  uri?: URI;
  scheme?: string | undefined;
}

/** The inside of a quoted string. */
const unquote = (text: string): string => text.slice(1, -1).replace(/\\([^\n\r])/g, '$1');

function decode(user: string): string {
  try {
    return decodeURIComponent(user);
  } catch {
    return user;
  }
}

const nothing: Build = () => ({});
const numeric: Build = (table) => +table.text();
const address: Build = (table) => table.address();

const sessionExpires: Build = (table) => {
  const value = table.fields({ expires: +table.text() } as SessionExpires, {});
  const refresher = value.params?.['refresher']?.toLowerCase();
  if (refresher === 'uac' || refresher === 'uas') {
    value.refresher = refresher;
    dropParam(value, 'refresher');
  }
  return value;
};

const replaces: Build = (table) => {
  const value: Replaces = table.fields({ call_id: table.text() }, { 'to-tag': 'to_tag', 'from-tag': 'from_tag' });
  if (value.params && 'early-only' in value.params) {
    value.early_only = true;
    dropParam(value, 'early-only');
  }
  return value;
};

const reason: Build = (table) => {
  const value = table.fields(
    { protocol: table.text().toLowerCase(), params: {} as ValueParameters },
    { cause: 'cause' },
  );
  const { text } = value.params;
  if (text?.[0] === '"') delete value.params['text'];
  return {
    ...value,
    ...('cause' in value && { cause: Number(value.cause) }),
    ...(text?.[0] === '"' && { text: text.slice(1, -1) }),
  };
};

const subscriptionState: Build = (table) => {
  const value = table.fields({ state: table.text() } as { state: string; expires?: string }, {
    reason: 'reason',
    expires: 'expires',
  });
  return value.expires === undefined ? value : { ...value, expires: Number(value.expires) };
};

const challenge: Build = (table) => {
  const isDigest = table.text().toLowerCase() === 'digest';
  const value: Challenge = {};
  table.pairs((name, given = '') => {
    const text = given[0] === '"' ? unquote(given) : given;
    if (!isDigest) return;
    if (name === 'realm' || name === 'nonce' || name === 'opaque') value[name] = text;
    else if (name === 'algorithm') value.algorithm = text.toUpperCase();
    else if (name === 'stale') value.stale = text.toLowerCase() === 'true';
    else if (name === 'qop') value.qop = text.toLowerCase().split(/\s*,\s*/);
  });
  return value;
};

function dropParam(value: { params?: ValueParameters }, name: string): void {
  if (value.params) delete value.params[name];
  if (!Object.keys(value.params ?? {}).length) delete value.params;
}

const RULES: Record<string, [Rule, Build]> = {
  SIP_URI: [Rule.SIP_URI, (table) => table.uri()],
  absoluteURI: [
    Rule.ABSOLUTE_URI,
    (table) => {
      const scheme = table.text();
      const host = table.piece();
      if (host === undefined) return { scheme };
      const host_type = HOST_TYPES[table.number()];
      const port = table.port();
      return { scheme, host_type, host: host.toLowerCase(), ...(port !== undefined && { port }) };
    },
  ],
  From: [Rule.ADDRESS, address],
  To: [Rule.ADDRESS, address],
  Refer_To: [Rule.ADDRESS, address],
  Name_Addr_Header: [Rule.NAME_ADDR, address],
  Contact: [Rule.ADDRESSES, (table) => table.list()],
  Record_Route: [Rule.NAME_ADDRS, (table) => table.list()],
  Route: [Rule.NAME_ADDRS, (table) => ({ uri: table.list().at(-1)?.parsed.uri })],
  Via: [Rule.VIA, (table) => table.via()],
  CSeq: [Rule.CSEQ, (table) => table.cseq()],
  Call_ID: [Rule.CALL_ID, (table) => table.text()],
  Request_Response: [Rule.START_LINE, (table) => table.startLine()],
  Request_Line: [Rule.START_LINE, (table) => table.startLine()],
  Status_Line: [Rule.START_LINE, (table) => table.startLine()],
  host: [
    Rule.HOST,
    (table) => {
      const { host, host_type } = table.host();
      return { host: host.toLowerCase(), host_type };
    },
  ],
  quoted_string: [Rule.QUOTED, nothing],
  Event: [Rule.TOKEN_VALUE, (table) => table.fields({ event: table.text().toLowerCase() }, {})],
  Subscription_State: [Rule.TOKEN_VALUE, subscriptionState],
  Reason: [Rule.TOKEN_VALUE, reason],
  Content_Disposition: [Rule.TOKEN_VALUE, (table) => (table.piece(), table.fields({}, {}))],
  Session_Expires: [Rule.DIGITS_VALUE, sessionExpires],
  Replaces: [Rule.CALL_ID_VALUE, replaces],
  WWW_Authenticate: [Rule.CHALLENGE, challenge],
  Proxy_Authenticate: [Rule.CHALLENGE, challenge],
  challenge: [Rule.CHALLENGE, challenge],
  Content_Encoding: [Rule.TOKENS, nothing],
  Supported: [Rule.TOKENS, nothing],
  Require: [Rule.TOKENS, nothing],
  Proxy_Require: [Rule.TOKENS, nothing],
  Allow_Events: [Rule.TOKENS, nothing],
  Content_Length: [Rule.DIGITS, numeric],
  Max_Forwards: [Rule.DIGITS, numeric],
  Expires: [Rule.DIGITS, numeric],
  Min_Expires: [Rule.DIGITS, numeric],
};

/** What a start rule makes of a text; −1 where they do not fit. Throws where there is no such rule. */
function parse(input: string, startRule: string): unknown {
  if (startRule === 'uuid' || startRule === 'uuid_URI') {
    const uuid = startRule === 'uuid' ? input : input.replace(/^uuid:/, '');
    return read(Rule.UUID, uuid) ? uuid : -1;
  }
  if (startRule === 'Content_Type') return read(Rule.MEDIA_TYPE, input) ? input : -1;
  const rule = Object.hasOwn(RULES, startRule) && RULES[startRule];
  if (!rule) throw new Error(`Invalid rule name: "${startRule}".`);
  if (typeof input !== 'string') return -1;
  if (!input && startRule === 'Supported') return {};
  const cells = read(rule[0], input);
  // The first cell only says that the text fits.
  return cells ? rule[1](new Table(input, cells, 1)) : -1;
}

/** JsSIP's grammar. */
export const Grammar = { parse, toSource: (): void => undefined };

export function parseUri(text: string): URI | undefined {
  const uri = parse(text, 'SIP_URI');
  return uri instanceof URI ? uri : undefined;
}

export function parseAddress(text: string): NameAddrHeader | undefined {
  const address = parse(text, 'Name_Addr_Header');
  return address instanceof NameAddrHeader ? address : undefined;
}

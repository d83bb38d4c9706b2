import { C } from '../constants.js';
import { hashOf } from '../digest.js';
import { type IncomingRequest, IncomingResponse, parseMessage } from '../incoming.js';
import { Kind, Machine } from '../native.js';
import type { Account, EngineEvent } from '../port.js';
import { randomToken, reasonPhrase, utf8Length } from '../text.js';
import { Login } from './login.js';
import { extra, message, type Outgoing, sameHop, supported, written } from './outgoing.js';

/** A transaction's number; 0 is none. */
export type Key = number;

/** What becomes of a transaction. */
export interface Listener {
  /** Of our responses to an INVITE. */
  tag?: string;
  answered?(response: IncomingResponse): void;
  /** `timeout` or `transport`. */
  failed?(why: 'timeout' | 'transport'): void;
  acknowledged?(ack: IncomingRequest): void;
  cancelled?(cancel: IncomingRequest): void;
  /** It is forgotten. */
  ended?(): void;
}

/** Of a response. */
export interface Rest {
  lines?: readonly string[] | undefined;
  body?: string | null | undefined;
  reason?: string | undefined;
  tag?: string | undefined;
}

/** Browsers' timers end here, in milliseconds. */
const LONGEST = 2 ** 31 - 1;

/** Longer messages, and those with more headers, are refused. */
const MOST_BYTES = 65_536;
const MOST_HEADERS = 256;

/** What matching and answering need. */
const NEEDED = ['Via', 'From', 'To', 'Call-ID', 'CSeq'];

/** What the messages that belong together share. */
const mark = (...pieces: unknown[]): string => JSON.stringify(pieces);

/** What the copies of a request to us share (RFC 3261 §17.2.3), where `method` is INVITE for its ACK and its CANCEL. */
const serverMark = (request: IncomingRequest, method: string): string => {
  const { branch = '', host, port } = request.via;
  if (/^z9hG4bK./i.test(branch)) return mark('s', method, branch, host.toLowerCase(), port);
  // Those who came before RFC 3261. The To tag is left out: an ACK has one that its INVITE has not.
  return mark('2543', originMark(request, method), request.data.split(' ', 2)[1], request.getHeader('via'));
};

/** What the copies of a request that forked share, and a 2xx's ACK with its INVITE (§8.2.2.2, §13.2.2.4). */
const originMark = (request: IncomingRequest, method: string): string =>
  mark('o', method, request.call_id, request.from_tag, request.cseq);

/** Transactions on the one flow, and what is sent and heard in them. */
export abstract class Traffic {
  onEvent: (event: EngineEvent) => void = () => {};
  readonly account: Account;
  protected readonly login: Login;
  protected flow: { transport: string; route: string } | undefined;
  protected readonly listeners = new Map<Key, Listener>();
  readonly #ua: unknown;
  readonly #machine = new Machine();
  #isQuiet = false;
  readonly #events: EngineEvent[] = [];
  /** What `newTransaction` said of them. */
  readonly #announced = new Map<Key, { kind: string; branch: string }>();
  /** BYEs that wait for a connection. */
  readonly #later: Outgoing[] = [];
  /** The message that is being taken in. */
  #current: IncomingRequest | IncomingResponse | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #due = Infinity;

  constructor(account: Account, ua: unknown) {
    this.account = account;
    this.#ua = ua;
    this.login = new Login(account);
  }

  /** A request in a new transaction; neither ACK, CANCEL nor a merged one. */
  protected abstract came(key: Key, request: IncomingRequest): void;
  /** Everything that transactions had to say was heard. */
  protected abstract settle(): void;

  get isConnected(): boolean {
    return !!this.flow;
  }

  connected(transport: string, route: string): void {
    this.flow = { transport, route };
    for (const bye of this.#later.splice(0)) this.launch(bye, {});
    this.flush();
  }

  /** Everything on it fails. */
  protected lost(): void {
    this.flow = undefined;
    this.#machine.tell(Kind.LOST);
    this.#pump();
  }

  quiet(on: boolean): void {
    this.#isQuiet = on;
  }

  busy(): boolean {
    const count = this.#machine.tell(Kind.TICK);
    this.flush();
    return count > 0;
  }

  received(frame: string): void {
    // RFC 3261 §7.5
    const text = frame.replace(/^[\r\n]+/, '');
    if (this.flow && text) this.#take(text);
    this.flush();
  }

  #take(text: string): void {
    const came = text.length <= MOST_BYTES ? parseMessage(text, this.#ua) : undefined;
    const [status, reason] = problem(text, came) ?? [];
    const isAnswer = /^SIP\//i.test(text);
    if (!isAnswer && this.#isQuiet && !/^ACK /.test(text)) return;
    if (status) {
      if (!isAnswer) this.#complain(text, status, reason as string);
    } else if (came instanceof IncomingResponse) {
      this.#current = came;
      this.#answered(came);
    } else if (came) {
      this.#current = came;
      this.#asked(came);
    }
  }

  #answered(response: IncomingResponse): void {
    // RFC 3261 §17.1.3. What passed somebody before us is not ours.
    const isOurs = !response.getHeaders('via').join().includes(',');
    const key = isOurs && this.#find(mark('c', response.method, response.via_branch));
    if (!key) return;
    const { status_code: status, to_tag: tag = '' } = response;
    const ack = status < 300 ? '' : (this.#hops.get(key)?.('ACK', response.getHeader('to')) ?? '');
    this.#tell(Kind.ANSWERED, key, `${status}\n${tag}\n${ack}`);
  }

  #asked(request: IncomingRequest): void {
    const { method } = request;
    if (method === 'ACK') {
      const key = this.#find(serverMark(request, 'INVITE')) || this.#find(originMark(request, 'INVITE'), true);
      if (key) this.#tell(Kind.ACKNOWLEDGED, key);
      return;
    }
    const own = serverMark(request, method);
    const known = this.#find(own);
    if (known) return this.#tell(Kind.AGAIN, known);
    const isInvite = method === 'INVITE';
    const isCancel = method === 'CANCEL';
    const origin = originMark(request, method);
    // RFC 3261 §8.2.2.2. A registrar is asked by each flow for itself (RFC 5626 §4.2).
    const isMerged = !isCancel && !request.to.hasParam('tag') && method !== 'REGISTER' && !!this.#find(origin, true);
    const invite = isCancel && this.#find(serverMark(request, 'INVITE'));
    // RFC 3261 §17.2.1
    const first = isInvite ? this.#response(request, 100, {}) : '';
    const key = this.#start(1 + (isInvite ? 2 : 0), request.via.transport, `${own}\n${origin}\n${first}`);
    this.#announce(key, isInvite ? 'ist' : 'nist', request.via_branch ?? '');
    if (isMerged) return this.refuse(key, request, 482);
    if (!isCancel) return this.came(key, request);
    // RFC 3261 §9.2
    if (!invite) return this.refuse(key, request, 481);
    const listener = this.listeners.get(invite);
    this.respond(key, request, 200, { tag: listener?.tag });
    listener?.cancelled?.(request);
  }

  #find(marked: string, anywhere?: boolean): Key {
    return this.#machine.tell(Kind.FIND, anywhere ? 1 : 0, marked);
  }

  #start(role: number, transport: string, text: string): Key {
    return this.#machine.tell(Kind.START, role + (/^UDP$/i.test(transport) ? 4 : 0), text);
  }

  #tell(kind: Kind, key: Key, text?: string): void {
    this.#machine.tell(kind, key, text);
  }

  /** Answers what could not be read, where an answer would find its way (RFC 4475 §3.3.1). */
  #complain(text: string, status: number, reason: string): void {
    const head = text.split(/\r?\n\r?\n/, 1)[0]?.replace(/\r?\n[ \t]+/g, ' ') ?? '';
    const copied = [...head.matchAll(/^(v|via|f|from|t|to|i|call-id|cseq)[ \t]*:.*/gim)].map(([line]) => line.trim());
    if (/^ACK /.test(text) || !copied.some((line) => /^v/i.test(line))) return;
    // RFC 3261 §8.2.7: the same tag for every copy, without keeping any state.
    const tag = hashOf('MD5', copied.join()).slice(0, 10);
    const lines = copied.map((line) =>
      /^to?[ \t]*:(?!.*;[ \t]*tag[ \t]*=)/i.test(line) ? `${line};tag=${tag}` : line,
    );
    this.tell({ type: 'send', text: message([`SIP/2.0 ${status} ${reason}`, ...lines], null) });
  }

  /** Sends a request in a transaction of its own; 0 where there is no connection. */
  launch(request: Outgoing, listener: Listener): Key {
    if (!this.flow) {
      // The far end would talk to nobody.
      if (request.method === 'BYE') this.#later.push(request);
      return 0;
    }
    this.login.sign(request);
    const isInvite = request.method === 'INVITE';
    const branch = newBranch();
    const via = this.#via(branch);
    const text = `${mark('c', request.method, branch)}\n\n${written(request, this.account, via)}`;
    const key = this.#start(isInvite ? 2 : 0, this.flow.transport, text);
    this.listeners.set(key, listener);
    if (isInvite) this.#hops.set(key, sameHop(request, this.account, via));
    this.#announce(key, isInvite ? 'ict' : 'nict', branch);
    return key;
  }

  /** What makes the requests that follow from an INVITE of ours hop by hop. */
  readonly #hops = new Map<Key, ReturnType<typeof sameHop>>();
  readonly #reasons = new Map<Key, string>();

  acknowledge(key: Key, ack: Outgoing, tag: string): void {
    this.#tell(Kind.ACKNOWLEDGE, key, `${tag}\n${written(ack, this.account, this.#via(newBranch()))}`);
  }

  /** At once, or when something was heard (RFC 3261 §9.1). */
  cancel(key: Key, reason: string): void {
    this.#reasons.set(key, reason);
    this.#tell(Kind.CANCEL, key);
  }

  #cancel(key: Key): void {
    const text = this.#hops.get(key)?.('CANCEL', undefined, this.#reasons.get(key));
    const branch = text && /;branch=(\S+)/.exec(text)?.[1];
    if (text) this.#start(8, this.flow?.transport ?? '', `${mark('c', 'CANCEL', branch)}\n\n${text}`);
  }

  /** Takes a challenge up: whether the request, with its next number, is to be sent again. */
  learn(request: Outgoing, response: IncomingResponse): boolean {
    const learned = this.login.challenged(request, response);
    if (learned) this.tell({ type: 'authenticated', ...learned });
    return !!learned;
  }

  /** Whether it went out. */
  respond(key: Key, request: IncomingRequest, status: number, rest: Rest): boolean {
    return !!this.#machine.tell(Kind.RESPOND, key, this.#response(request, status, rest));
  }

  refuse(key: Key, request: IncomingRequest, status: number, reason?: string, lines?: string[]): void {
    this.respond(key, request, status, { reason, lines, tag: newTag() });
  }

  replyStateless(request: IncomingRequest, status: number, reason: string): boolean {
    if (!this.flow) return false;
    this.tell({ type: 'send', text: this.#response(request, status, { reason, tag: newTag() }) });
    this.flush();
    return true;
  }

  tell(event: EngineEvent): void {
    this.#events.push(event);
  }

  /** All that follows is delivered before it returns. */
  after(wait: number, then: () => void): ReturnType<typeof setTimeout> | undefined {
    if (wait === Infinity) return undefined;
    return setTimeout(
      () => {
        then();
        this.flush();
      },
      Math.min(wait, LONGEST),
    );
  }

  /** All that transactions have to say, and then all that is to be told. */
  flush(): void {
    this.#pump();
    for (let event = this.#events.shift(); event; event = this.#events.shift()) this.onEvent(event);
    const due = this.#machine.timeout();
    if (due === this.#due) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = this.after(Math.max(0, Math.ceil(due - performance.now())), () => {
      this.#due = Infinity;
      this.#machine.tell(Kind.TICK);
    });
  }

  #pump(): void {
    for (let told = this.#machine.poll(); told; told = this.#machine.poll()) {
      const [kind, key, text] = told;
      const listener = this.listeners.get(key);
      if (kind === 'S') this.tell({ type: 'send', text });
      else if (kind === 'A' && !isTimeout(this.#current)) listener?.answered?.(this.#current as IncomingResponse);
      else if (kind === 'K') listener?.acknowledged?.(this.#current as IncomingRequest);
      else if (kind === 'C') this.#cancel(key);
      else if (kind === 'E') this.#ended(key, listener);
      else listener?.failed?.(kind === 'T' || kind === 'A' ? 'timeout' : 'transport');
    }
    this.settle();
  }

  #ended(key: Key, listener: Listener | undefined): void {
    const announced = this.#announced.get(key);
    for (const map of [this.#announced, this.listeners, this.#hops, this.#reasons]) map.delete(key);
    if (announced) this.tell({ type: 'transaction', ...announced, gone: true });
    listener?.ended?.();
  }

  #announce(key: Key, kind: string, branch: string): void {
    this.#announced.set(key, { kind, branch });
    this.tell({ type: 'transaction', kind, branch, gone: false });
  }

  #via(branch?: string): string {
    return `${this.flow?.transport ?? 'WS'} ${this.account.viaHost}${branch ? `;branch=${branch}` : ''}`;
  }

  /** A request's text as the application sees it. */
  protected text(request: Outgoing): string {
    return written(request, this.account, this.#via());
  }

  #response(request: IncomingRequest, status: number, { lines = [], body, reason, tag }: Rest): string {
    const { method } = request;
    const { account } = this;
    const copy = (name: string): string[] => request.getHeaders(name).map((value) => `${name}: ${value}`);
    const isTagged = request.to?.hasParam('tag') || status === 100 || !tag;
    const phrase = reason ?? reasonPhrase(status);
    return message(
      [
        `SIP/2.0 ${status} ${phrase}`,
        // RFC 3261 §12.1.1
        ...(/^(INVITE|SUBSCRIBE)$/.test(method) && status > 100 && status < 300 ? copy('Record-Route') : []),
        ...copy('Via'),
        `To: ${request.getHeader('To')}${isTagged ? '' : `;tag=${tag}`}`,
        ...copy('From'),
        ...copy('Call-ID'),
        ...copy('CSeq'),
        // RFC 3261 §8.2.6.1
        ...(status === 100 ? copy('Timestamp') : []),
        ...lines,
        ...extra(account),
        ...(method === 'OPTIONS' || status === 405 ? [`Allow: ${account.allowedMethods}`] : []),
        ...(method === 'OPTIONS' || status === 415 ? [`Accept: ${C.ACCEPTED_BODY_TYPES}`] : []),
        supported(account, method, true),
        ...(typeof body === 'string' && !lines.some((line) => /^content-type:/i.test(line))
          ? ['Content-Type: application/sdp']
          : []),
      ],
      body ?? null,
    );
  }
}

export const newTag = (): string => randomToken(10);
/** RFC 3261 §8.1.1.7: the cookie and 80 random bits. */
const newBranch = (): string => `z9hG4bK${randomToken(16)}`;

/** Whoever answers so has waited in vain, as we would have. */
const isTimeout = (message: unknown): boolean =>
  message instanceof IncomingResponse && message.status_code === 408 && message.method !== 'INVITE';

/** Why a message cannot be taken, with the answer to give. */
function problem(text: string, came: IncomingRequest | IncomingResponse | undefined): [number, string] | undefined {
  const [line = ''] = text.split(/\r?\n/, 1);
  if (text.length > MOST_BYTES) return [513, 'Message Too Large'];
  const isSip = /^\S+ <?sips?:/i.test(line);
  if (!came || (isSip && !(came as IncomingRequest).ruri))
    return isSip || !/^\S+ \S+ SIP\/2\.0$/i.test(line) ? [400, 'Bad Request-URI'] : [416, 'Unsupported URI Scheme'];
  if (!/^SIP\/2\.0 | SIP\/2\.0$/i.test(line)) return [505, 'Version Not Supported'];
  const all: Record<string, string> = {};
  const lines = came._lines();
  if (lines.length > MOST_HEADERS) return [513, 'Message Too Large'];
  for (const [name, raw] of lines) {
    if (name !== 'Via' && (all[name] ?? raw) !== raw && (NEEDED.includes(name) || name === 'Content-Length'))
      return [400, `Several ${name}`];
    all[name] ||= raw;
  }
  const missing = NEEDED.find((name) => !all[name]);
  if (missing) return [400, `Missing ${missing}`];
  const read = [came.via, came.from, came.to, came.call_id, (came._CSeq()?.value as number) < 2 ** 31];
  const bad = NEEDED.find((_, at) => !read[at]);
  if (bad) return [400, `Bad ${bad}`];
  if (came._CSeq()?.method !== came.method) return [400, 'CSeq of another method'];
  const length = all['Content-Length'] ?? '0';
  if (!/^\d+$/.test(length)) return [400, 'Bad Content-Length'];
  return utf8Length(came.data.slice(came._bodyAt)) < Number(length)
    ? [400, 'Body shorter than Content-Length']
    : undefined;
}

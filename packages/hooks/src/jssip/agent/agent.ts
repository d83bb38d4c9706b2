import type { IncomingRequest, IncomingResponse } from '../incoming.js';
import { parseMessage } from '../incoming.js';
import { parseUri } from '../grammar.js';
import { Machine } from '../native.js';
import type { Account, EngineEvent, EnginePort, RequestHandle } from '../port.js';
import { randomToken, reasonPhrase } from '../text.js';
import { C } from '../constants.js';
import { type Call, IncomingCall, OutgoingCall } from './call.js';
import { description } from './description.js';
import { Dialog } from './dialog.js';
import { Login } from './login.js';
import { address, clean, contact, message, type Outgoing, outgoing, supported, written } from './outgoing.js';
import { Registration } from './registration.js';

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

/** A request of theirs that the page is to answer. */
interface Asked {
  key: Key;
  request: IncomingRequest;
  /** The call that it begins, or whose offer it is. */
  call?: Call;
  /** 0 outside. */
  dialog: number;
}

/** Of a response. */
interface Rest {
  lines?: readonly string[] | undefined;
  body?: string | null | undefined;
  reason?: string | undefined;
  tag?: string | undefined;
}

/** Browsers' timers end here, in milliseconds. */
const LONGEST = 2 ** 31 - 1;

/**
 * The user agent behind `port.ts`: dialogs, credentials, calls and registration over the engine's transactions, for a
 * page that owns its sockets, peer connections and descriptions.
 */
export class Agent implements EnginePort {
  onEvent: (event: EngineEvent) => void = () => {};
  readonly account: Account;
  readonly #ua: unknown;
  readonly #machine = new Machine();
  readonly #login: Login;
  readonly #registration: Registration;
  #flow: { transport: string; route: string } | undefined;
  #isQuiet = false;
  #handles = 0;
  readonly #events: EngineEvent[] = [];
  readonly #listeners = new Map<Key, Listener>();
  /** What `newTransaction` said of them. */
  readonly #announced = new Map<Key, { kind: string; branch: string }>();
  readonly #calls = new Map<number, Call>();
  /** Of subscriptions and the like. */
  readonly #dialogs = new Map<number, Dialog>();
  /** Drafts, and the dialogs that they are in. */
  readonly #drafts = new Map<number, { request: Outgoing; dialog: number }>();
  /** SUBSCRIBEs that no dialog has come of yet. */
  readonly #subscribing = new Map<number, Outgoing>();
  readonly #asked = new Map<RequestHandle, Asked>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #due = Infinity;

  constructor(account: Account, ua: unknown) {
    this.account = account;
    this.#ua = ua;
    this.#login = new Login(account);
    this.#registration = new Registration(this);
  }

  get isConnected(): boolean {
    return !!this.#flow;
  }

  // The one flow.

  connected(transport: string, route: string): void {
    this.#flow = { transport, route };
  }

  received(text: string): void {
    if (this.#flow) this.#machine.received(text, this.#isQuiet);
    this.#flush();
  }

  disconnected(): void {
    if (this.#flow) {
      this.#flow = undefined;
      this.#machine.lost();
      this.#pump();
      this.#registration.lost();
    }
    this.#flush();
  }

  set(setting: string, value: unknown): void {
    Object.assign(this.account, { [setting]: value });
    this.#login.forget();
  }

  register(...args: Parameters<EnginePort['register']>): void {
    this.#registration.register(...args);
    this.#flush();
  }

  unregister(...args: Parameters<EnginePort['unregister']>): void {
    this.#registration.unregister(...args);
    this.#flush();
  }

  busy(): boolean {
    const count = this.#machine.tick();
    this.#flush();
    return count > 0;
  }

  quiet(on: boolean): void {
    this.#isQuiet = on;
  }

  // Requests of ours other than INVITE and REGISTER.

  request(spec: Parameters<EnginePort['request']>[0]): ReturnType<EnginePort['request']> {
    const { method, dialog = 0, target = '', fromTag, toUri, toDisplayName, callId, cseq } = spec;
    const within = this.#dialogOf(dialog);
    const request = within
      ? within.request(method)
      : outgoing(method, target, {
          routes: this.preloaded(),
          to: address(toUri || target, '', toDisplayName),
          from: this.#from(spec.fromUri, spec.fromDisplayName, fromTag),
          callId: callId || this.#callId(),
          cseq: cseq || firstNumber(),
        });
    const handle = ++this.#handles;
    this.#drafts.set(handle, { request, dialog });
    return this.#draft(handle, request);
  }

  send(handle: RequestHandle, headers: readonly string[], body: string | null): void {
    const draft = this.#drafts.get(handle);
    if (draft) {
      this.#drafts.delete(handle);
      const { request, dialog } = draft;
      request.given = headers;
      request.body = body;
      if (dialog && !this.#dialogOf(dialog)) this.#unanswered(handle, 'dialog');
      else this.#send(handle, request, dialog);
    }
    this.#flush();
  }

  #send(handle: RequestHandle, request: Outgoing, dialog: number): void {
    const { method } = request;
    const isLast = method === 'NOTIFY' && ends(request.given.join('\n'));
    const listener: Listener = {
      answered: (response) => {
        const { status_code: status } = response;
        if (status >= 200 && this.learn(request, response)) {
          request.cseq = this.#dialogOf(dialog)?.next() ?? request.cseq + 1;
          this.#send(handle, request, dialog);
          return this.resent(handle, request);
        }
        if (status >= 200) this.#subscribing.delete(handle);
        if (status >= 200 && status < 300 && method === 'SUBSCRIBE' && !dialog && !this.#dialogs.has(handle))
          // RFC 6665 §4.1.2.1
          this.#keep(handle, Dialog.ours(request, response));
        // RFC 3261 §12.2.1.2
        if (status === 408 || status === 481 || (isLast && status >= 200)) this.#dialogs.delete(dialog);
        this.tell({ type: 'response', request: handle, message: response });
      },
      failed: (why) => {
        this.#subscribing.delete(handle);
        if (why === 'timeout' || isLast) this.#dialogs.delete(dialog);
        this.#unanswered(handle, why);
      },
    };
    if (!this.launch(request, listener)) return this.#unanswered(handle, 'transport');
    if (method === 'SUBSCRIBE' && !dialog) this.#subscribing.set(handle, request);
  }

  #unanswered(request: RequestHandle, why: 'timeout' | 'transport' | 'dialog'): void {
    this.tell({ type: 'noResponse', request, why });
  }

  // Requests of theirs.

  reply(...[handle, status, reason, lines, body, tag]: Parameters<EnginePort['reply']>): boolean {
    const asked = this.#asked.get(handle);
    let isSent = false;
    if (asked && this.#flow) isSent = this.#reply(handle, asked, status, { lines, body, reason, tag: tag || newTag() });
    this.#flush();
    return isSent;
  }

  #reply(handle: RequestHandle, asked: Asked, status: number, rest: Rest): boolean {
    const { key, request, call, dialog } = asked;
    const { method } = request;
    if (status < 200) return this.respond(key, request, status, rest);
    this.#asked.delete(handle);
    const isSuccess = status < 300;
    if (call && dialog) {
      call.closeTheirOffer(handle);
      if (isSuccess) {
        rest.lines = [contact(this.account), ...call.granted(request), ...(rest.lines ?? [])];
        call.arm();
      }
      if (isSuccess && method === 'INVITE') {
        call.ackAnswers = typeof rest.body === 'string' && !description(request);
        (this.#listeners.get(key) as Listener).failed = (why) => call.unacknowledged(why);
      }
    }
    const isSent = this.respond(key, request, status, rest);
    if (call && !dialog) call.state = 'over';
    else if (method === 'NOTIFY' && ends(`Subscription-State: ${request.getHeader('subscription-state')}`))
      this.#dialogs.delete(dialog);
    else if (isSent && isSuccess && method === 'SUBSCRIBE' && !dialog)
      // RFC 6665 §4.2.1
      this.#keep(handle, Dialog.theirs(request, rest.tag as string));
    return isSent;
  }

  replyStateless(request: IncomingRequest, status: number, reason: string): boolean {
    if (!this.#flow) return false;
    this.tell({ type: 'send', text: this.#response(request, status, { reason, tag: newTag() }) });
    this.#flush();
    return true;
  }

  // Calls.

  call(spec: Parameters<EnginePort['call']>[0]): ReturnType<EnginePort['call']> {
    const { target, fromUri, fromDisplayName, anonymous, sessionExpires } = spec;
    const { account } = this;
    const invite = outgoing(
      'INVITE',
      target,
      {
        routes: this.preloaded(),
        to: address(target),
        from: anonymous
          ? this.#from('sip:anonymous@anonymous.invalid', 'Anonymous')
          : this.#from(fromUri, fromDisplayName),
        callId: this.#callId(),
        cseq: firstNumber(),
      },
      [
        ...(anonymous ? [`P-Preferred-Identity: ${account.uri}`, 'Privacy: id'] : []),
        contact(account, anonymous, true),
        'Content-Type: application/sdp',
        ...(account.sessionTimers
          ? [`Session-Expires: ${sessionExpires}${account.forceRefresher ? ';refresher=uac' : ''}`]
          : []),
      ],
    );
    const handle = ++this.#handles;
    this.#calls.set(handle, new OutgoingCall(this, handle, invite, sessionExpires));
    return this.#draft(handle, invite);
  }

  invite(call: number, headers: readonly string[], sdp: string): void {
    this.#with(call, (own) => own instanceof OutgoingCall && own.invite(headers, sdp));
  }

  ring(call: number, headers: readonly string[]): void {
    this.#with(call, (own) => own instanceof IncomingCall && own.ring(headers));
  }

  accept(call: number, headers: readonly string[], sdp: string, expires: number): boolean {
    return !!this.#with(call, (own) => own instanceof IncomingCall && own.accept(headers, sdp, expires));
  }

  end(...[call, spec]: Parameters<EnginePort['end']>): void {
    this.#with(call, (own) => own.end(spec));
  }

  offer(call: number, method: string, headers: readonly string[], sdp: string): void {
    this.#with(call, (own) => own.offer(method, headers, sdp));
  }

  offering(call: number): boolean {
    return !!this.#calls.get(call)?.isOffering;
  }

  applied(call: number): void {
    this.#with(call, (own) => own.applied());
  }

  notApplied(call: number, status: number, cause: string): void {
    this.#with(call, (own) => own.notApplied(status, cause));
  }

  #with(handle: number, act: (call: Call) => unknown): unknown {
    const call = this.#calls.get(handle);
    const answer = call && act(call);
    this.#flush();
    return answer;
  }

  // What calls and the registration ask for.

  tell(event: EngineEvent): void {
    this.#events.push(event);
  }

  resent(request: RequestHandle, again: Outgoing): void {
    this.tell({ type: 'resent', request, text: this.#text(again) });
  }

  /** Sends a request in a transaction of its own; 0 where it cannot be. */
  launch(request: Outgoing, listener: Listener): Key {
    if (!this.#flow) return 0;
    this.#login.sign(request);
    const branch = newBranch();
    const key = this.#machine.request(this.#text(request, branch));
    if (!key) return 0;
    this.#listeners.set(key, listener);
    this.#announce(key, request.method === 'INVITE' ? 'ict' : 'nict', branch);
    return key;
  }

  acknowledge(key: Key, ack: Outgoing): void {
    this.#machine.acknowledge(key, this.#text(ack, newBranch()));
  }

  cancel(key: Key, reason: string): void {
    this.#machine.cancel(key, reason);
  }

  /** Takes a challenge up: whether the request, with its next number, is to be sent again. */
  learn(request: Outgoing, response: IncomingResponse): boolean {
    const learned = this.#login.challenged(request, response);
    if (learned) this.tell({ type: 'authenticated', ...learned });
    return !!learned;
  }

  /** Whether it went out. */
  respond(key: Key, request: IncomingRequest, status: number, rest: Rest): boolean {
    return this.#machine.respond(key, this.#response(request, status, rest));
  }

  refuseAsked(handle: RequestHandle, status: number): void {
    const asked = this.#asked.get(handle);
    this.#asked.delete(handle);
    if (asked) this.#refuse(asked.key, asked.request, status);
  }

  forgetAsked(handle: RequestHandle): void {
    this.#asked.delete(handle);
  }

  /** All that follows is delivered before it returns. */
  after(wait: number, then: () => void): ReturnType<typeof setTimeout> | undefined {
    if (wait === Infinity) return undefined;
    return setTimeout(
      () => {
        then();
        this.#flush();
      },
      Math.min(wait, LONGEST),
    );
  }

  /** Routes of a request outside any dialog. */
  preloaded(): string[] {
    return this.#flow && this.account.usePreloadedRoute ? [`<${this.#flow.route};lr>`] : [];
  }

  // What comes.

  /** All that transactions have to say, and then all that is to be told. */
  #flush(): void {
    this.#pump();
    for (let event = this.#events.shift(); event; event = this.#events.shift()) this.onEvent(event);
    const due = this.#machine.timeout();
    if (due === this.#due) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = this.after(Math.max(0, Math.ceil(due - performance.now())), () => {
      this.#due = Infinity;
      this.#machine.tick();
    });
  }

  #pump(): void {
    for (let record = this.#machine.poll(); record; record = this.#machine.poll()) {
      const [, kind, key, other, text] = record;
      const listener = this.#listeners.get(other || key);
      if (kind === 'S') this.tell({ type: 'send', text });
      else if (kind === 'T') listener?.failed?.('timeout');
      else if (kind === 'X') listener?.failed?.('transport');
      else if (kind === 'E') this.#ended(key, listener);
      else if (kind === 'A') {
        const response = parseMessage(text) as IncomingResponse | undefined;
        if (response) listener?.answered?.(response);
        else listener?.failed?.('transport');
      } else {
        const request = parseMessage(text, this.#ua) as IncomingRequest | undefined;
        if (kind === 'K') {
          if (request) listener?.acknowledged?.(request);
        } else if (request) this.#came(key, request, kind, other ? (listener ?? {}) : undefined);
        else this.#machine.refuseForeign(key, text);
      }
    }
    for (const [handle, call] of this.#calls) {
      if (!call.isOver) continue;
      call.clearTimers();
      this.#calls.delete(handle);
    }
  }

  #ended(key: Key, listener: Listener | undefined): void {
    const announced = this.#announced.get(key);
    this.#announced.delete(key);
    this.#listeners.delete(key);
    if (announced) this.tell({ type: 'transaction', ...announced, gone: true });
    listener?.ended?.();
  }

  #came(key: Key, request: IncomingRequest, kind: string, invite: Listener | undefined): void {
    const { method } = request;
    this.#announce(key, method === 'INVITE' ? 'ist' : 'nist', request.via_branch ?? '');
    if (kind === 'M') return this.#refuse(key, request, 482);
    if (kind === 'C') {
      if (!invite) return this.#refuse(key, request, 481);
      this.respond(key, request, 200, { tag: invite.tag });
      return invite.cancelled?.(request);
    }
    const isTagged = !!request.to?.getParam('tag');
    const objection = this.#objection(request, isTagged);
    if (objection) return this.#refuse(key, request, objection);
    if (!isTagged) {
      if (method === 'INVITE') return this.#invited(key, request);
      if (method === 'BYE') return this.#refuse(key, request, 481);
      return this.#handOver(key, request, 0);
    }
    for (const call of this.#calls.values()) {
      const dialog = [call.dialog, ...call.early].find((own) => own?.matches(request));
      if (dialog) return this.#cameWithin(call, dialog, key, request);
    }
    const [handle, dialog] = this.#dialogWith(request) ?? [];
    if (!handle || !dialog)
      return this.#refuse(key, request, 481, method === 'NOTIFY' ? 'Subscription does not exist' : undefined);
    if (dialog.accepts(request)) this.#handOver(key, request, handle);
    else this.#refuse(key, request, 500, OUT_OF_ORDER);
  }

  /** The status that says why it cannot be for us. */
  #objection(request: IncomingRequest, isTagged: boolean): number {
    const { account } = this;
    if (request.to?.uri.scheme === 'sips') return 416;
    if (isTagged) return 0;
    // RFC 3261 §16.3: a request of our own came back.
    if (request.call_id.startsWith(account.callIdPrefix)) return 482;
    if (request.ruri?.scheme !== 'sip') return 416;
    const { user } = request.ruri;
    const known = [account.uri, account.contactUri, account.pubGruu, account.tempGruu];
    return known.some((own) => own && parseUri(own)?.user == user) ? 0 : 404;
  }

  #invited(key: Key, request: IncomingRequest): void {
    if (!request.parseHeader('contact')) return this.#refuse(key, request, 500, 'Missing Contact Header Field');
    if (request.body && !description(request)) return this.#refuse(key, request, 415);
    let replaces = 0;
    if (request.hasHeader('replaces')) {
      const named = request.replaces;
      const is = ({ dialog }: Call): boolean =>
        !!named &&
        dialog?.callId === named.call_id &&
        dialog.localTag === named.to_tag &&
        (dialog.remoteTag === named.from_tag || named.from_tag === '0');
      // RFC 3891 §3
      replaces = [...this.#calls.values()].find(is)?.handle ?? 0;
      if (!replaces) return this.#refuse(key, request, 481);
    }
    const tag = newTag();
    const dialog = Dialog.theirs(request, tag);
    if (!dialog) return this.#refuse(key, request, 400);
    const handle = ++this.#handles;
    const call = new IncomingCall(this, handle, key, request, dialog);
    this.#calls.set(handle, call);
    this.#asked.set(handle, { key, request, call, dialog: 0 });
    this.#listeners.set(key, {
      tag,
      failed: (why) => call.unanswered(why),
      acknowledged: (ack) => call.acknowledged(ack),
      cancelled: (cancel) => call.cancelled(cancel),
      ended: () => this.#asked.delete(handle),
    });
    this.tell({ type: 'incoming', call: handle, replaces, tag, message: request });
  }

  #cameWithin(call: Call, dialog: Dialog, key: Key, request: IncomingRequest): void {
    const { method } = request;
    const isInvite = method === 'INVITE';
    if (!dialog.accepts(request)) return this.#refuse(key, request, 500, OUT_OF_ORDER);
    if (method === 'BYE') {
      this.respond(key, request, 200, {});
      return call.byeCame(request);
    }
    if (!isInvite && method !== 'UPDATE') return this.#handOver(key, request, call.handle);
    if (call.state !== 'up') return this.#refuse(key, request, 403, 'Wrong Status');
    const isOffer = isInvite || !!request.body;
    // RFC 3261 §14.2
    if (isOffer && call.theirOffer)
      return this.#refuse(key, request, 500, undefined, [`Retry-After: ${1 + Math.floor(Math.random() * 10)}`]);
    if (isOffer && call.isOffering) return this.#refuse(key, request, 491);
    const handle = ++this.#handles;
    if (isOffer) call.theirOffer = handle;
    this.#asked.set(handle, { key, request, call, dialog: call.handle });
    this.#listeners.set(key, {
      acknowledged: (ack) => call.acknowledged(ack),
      ended: () => {
        this.#asked.delete(handle);
        call.closeTheirOffer(handle);
      },
    });
    this.tell({ type: 'reoffered', call: call.handle, request: handle, message: request });
  }

  #handOver(key: Key, request: IncomingRequest, dialog: number): void {
    const handle = ++this.#handles;
    this.#asked.set(handle, { key, request, dialog });
    this.#listeners.set(key, { ended: () => this.#asked.delete(handle) });
    this.tell({ type: 'request', request: handle, dialog, message: request });
  }

  #dialogWith(request: IncomingRequest): [number, Dialog] | undefined {
    const known = [...this.#dialogs].find(([, dialog]) => dialog.matches(request));
    if (known || request.method !== 'NOTIFY') return known;
    // RFC 6665 §4.4.1: a NOTIFY that overtakes the 2xx makes the dialog.
    const tag = request.to?.getParam('tag') as string;
    for (const [handle, subscribe] of this.#subscribing) {
      if (subscribe.callId !== request.call_id || !subscribe.from.endsWith(`;tag=${tag}`)) continue;
      const dialog = Dialog.theirs(request, tag);
      if (!dialog) continue;
      dialog.remoteSeq = undefined;
      dialog.localSeq = subscribe.cseq;
      this.#dialogs.set(handle, dialog);
      return [handle, dialog];
    }
    return undefined;
  }

  #refuse(key: Key, request: IncomingRequest, status: number, reason?: string, lines?: string[]): void {
    this.respond(key, request, status, { reason, lines, tag: newTag() });
  }

  #announce(key: Key, kind: string, branch: string): void {
    this.#announced.set(key, { kind, branch });
    this.tell({ type: 'transaction', kind, branch, gone: false });
  }

  #keep(handle: number, dialog: Dialog | undefined): void {
    if (dialog) this.#dialogs.set(handle, dialog);
  }

  #dialogOf(handle: number): Dialog | undefined {
    const call = this.#calls.get(handle);
    return this.#dialogs.get(handle) ?? call?.dialog ?? call?.early[0];
  }

  // How messages look.

  #response(request: IncomingRequest, status: number, { lines = [], body, reason, tag }: Rest): string {
    const { method } = request;
    const { account } = this;
    const copy = (name: string): string[] => request.getHeaders(name).map((value) => `${name}: ${value}`);
    const isTagged = request.to?.hasParam('tag') || status === 100 || !tag;
    const phrase = reason ?? reasonPhrase(status);
    return message(
      [
        `SIP/2.0 ${status} ${/[\r\n]/.test(phrase) ? '' : phrase}`,
        // RFC 3261 §12.1.1
        ...(/^(INVITE|SUBSCRIBE)$/.test(method) && status > 100 && status < 300 ? copy('Record-Route') : []),
        ...copy('Via'),
        `To: ${request.getHeader('To')}${isTagged ? '' : `;tag=${tag}`}`,
        ...copy('From'),
        ...copy('Call-ID'),
        ...copy('CSeq'),
        ...clean(lines),
        ...clean(account.extraHeaders),
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

  #text(request: Outgoing, branch?: string): string {
    const { viaHost } = this.account;
    return written(
      request,
      this.account,
      `${this.#flow?.transport ?? 'WS'} ${viaHost}${branch ? `;branch=${branch}` : ''}`,
    );
  }

  #draft(handle: number, request: Outgoing): { handle: number; text: string } {
    return { handle, text: this.#text(request) };
  }

  #from(uri?: string, name?: string, tag?: string): string {
    return address(uri || this.account.uri, tag || newTag(), name || this.account.displayName);
  }

  #callId(): string {
    return this.account.callIdPrefix + randomToken(17);
  }
}

const OUT_OF_ORDER = 'CSeq Out of Order';

const newTag = (): string => randomToken(10);
/** RFC 3261 §8.1.1.7: the cookie and 80 random bits. */
const newBranch = (): string => `z9hG4bK${randomToken(16)}`;
const firstNumber = (): number => 1 + Math.floor(Math.random() * 10_000);

/** Whether a NOTIFY with this line is a subscription's last (RFC 6665 §4.1.3). */
const ends = (lines: string): boolean => /^subscription-state\s*:\s*terminated\b/im.test(lines);

import { parseUri } from '../grammar.js';
import type { IncomingRequest } from '../incoming.js';
import type { Account, EnginePort, RequestHandle } from '../port.js';
import { randomToken } from '../text.js';
import { type Call, IncomingCall, OutgoingCall } from './call.js';
import { description } from './description.js';
import { Dialog } from './dialog.js';
import { address, contact, type Outgoing, outgoing } from './outgoing.js';
import { Registration } from './registration.js';
import { type Key, type Listener, newTag, type Rest, Traffic } from './traffic.js';

/** A request of theirs that the page is to answer. */
interface Asked {
  key: Key;
  request: IncomingRequest;
  /** The call that it begins, or whose offer it is. */
  call?: Call;
  /** 0 outside. */
  dialog: number;
}

/**
 * The user agent behind `port.ts`: dialogs, credentials, calls and registration over the engine's transactions, for a
 * page that owns its sockets, peer connections and descriptions.
 */
export class Agent extends Traffic implements EnginePort {
  readonly #registration: Registration;
  #handles = 0;
  protected readonly calls = new Map<number, Call>();
  /** Of subscriptions and the like. */
  readonly #dialogs = new Map<number, Dialog>();
  /** Drafts, and the dialogs that they are in. */
  readonly #drafts = new Map<number, { request: Outgoing; dialog: number }>();
  /** SUBSCRIBEs that no dialog has come of yet. */
  readonly #subscribing = new Map<number, Outgoing>();
  protected readonly asked = new Map<RequestHandle, Asked>();

  constructor(account: Account, ua: unknown) {
    super(account, ua);
    this.#registration = new Registration(this);
  }

  disconnected(): void {
    if (this.flow) {
      this.lost();
      this.#registration.lost();
    }
    this.flush();
  }

  set(setting: string, value: unknown): void {
    Object.assign(this.account, { [setting]: value });
    this.login.forget();
  }

  register(...args: Parameters<EnginePort['register']>): void {
    this.#registration.register(...args);
    this.flush();
  }

  unregister(...args: Parameters<EnginePort['unregister']>): void {
    this.#registration.unregister(...args);
    this.flush();
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
    this.flush();
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
    const asked = this.asked.get(handle);
    let isSent = false;
    if (asked && this.flow) isSent = this.#reply(handle, asked, status, { lines, body, reason, tag: tag || newTag() });
    this.flush();
    return isSent;
  }

  #reply(handle: RequestHandle, asked: Asked, status: number, rest: Rest): boolean {
    const { key, request, call, dialog } = asked;
    const { method } = request;
    if (status < 200) return this.respond(key, request, status, rest);
    this.asked.delete(handle);
    const isSuccess = status < 300;
    if (call && dialog) {
      call.closeTheirOffer(handle);
      if (isSuccess) {
        rest.lines = [contact(this.account), ...call.granted(request), ...(rest.lines ?? [])];
        call.arm();
      }
      if (isSuccess && method === 'INVITE') {
        call.ackAnswers = typeof rest.body === 'string' && !description(request);
        (this.listeners.get(key) as Listener).failed = (why) => call.unacknowledged(why);
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
    this.calls.set(handle, new OutgoingCall(this, handle, invite, sessionExpires));
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
    return !!this.calls.get(call)?.isOffering;
  }

  applied(call: number): void {
    this.#with(call, (own) => own.applied());
  }

  notApplied(call: number, status: number, cause: string): void {
    this.#with(call, (own) => own.notApplied(status, cause));
  }

  #with(handle: number, act: (call: Call) => unknown): unknown {
    const call = this.calls.get(handle);
    const answer = call && act(call);
    this.flush();
    return answer;
  }

  // What calls and the registration ask for.

  resent(request: RequestHandle, again: Outgoing): void {
    this.tell({ type: 'resent', request, text: this.text(again) });
  }

  refuseAsked(handle: RequestHandle, status: number): void {
    const asked = this.asked.get(handle);
    this.asked.delete(handle);
    if (asked) this.refuse(asked.key, asked.request, status);
  }

  forgetAsked(handle: RequestHandle): void {
    this.asked.delete(handle);
  }

  /** Routes of a request outside any dialog. */
  preloaded(): string[] {
    return this.flow && this.account.usePreloadedRoute ? [`<${this.flow.route};lr>`] : [];
  }

  // What comes.

  /** What is over is forgotten. */
  protected settle(): void {
    for (const [handle, call] of this.calls) {
      if (!call.isOver) continue;
      call.clearTimers();
      this.calls.delete(handle);
    }
  }

  protected came(key: Key, request: IncomingRequest): void {
    const { method } = request;
    const isTagged = !!request.to?.getParam('tag');
    const objection = this.#objection(request, isTagged);
    if (objection) return this.refuse(key, request, objection);
    if (!isTagged) {
      if (method === 'INVITE') return this.#invited(key, request);
      if (method === 'BYE') return this.refuse(key, request, 481);
      return this.#handOver(key, request, 0);
    }
    for (const call of this.calls.values()) {
      const dialog = [call.dialog, ...call.early].find((own) => own?.matches(request));
      if (dialog) return this.#cameWithin(call, dialog, key, request);
    }
    const [handle, dialog] = this.#dialogWith(request) ?? [];
    if (!handle || !dialog)
      return this.refuse(key, request, 481, method === 'NOTIFY' ? 'Subscription does not exist' : undefined);
    if (dialog.accepts(request)) this.#handOver(key, request, handle);
    else this.refuse(key, request, 500, OUT_OF_ORDER);
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
    if (!request.parseHeader('contact')) return this.refuse(key, request, 500, 'Missing Contact Header Field');
    if (request.body && !description(request)) return this.refuse(key, request, 415);
    let replaces = 0;
    if (request.hasHeader('replaces')) {
      const named = request.replaces;
      const is = ({ dialog }: Call): boolean =>
        !!named &&
        dialog?.callId === named.call_id &&
        dialog.localTag === named.to_tag &&
        (dialog.remoteTag === named.from_tag || named.from_tag === '0');
      // RFC 3891 §3
      replaces = [...this.calls.values()].find(is)?.handle ?? 0;
      if (!replaces) return this.refuse(key, request, 481);
    }
    const tag = newTag();
    const dialog = Dialog.theirs(request, tag);
    if (!dialog) return this.refuse(key, request, 400);
    const handle = ++this.#handles;
    const call = new IncomingCall(this, handle, key, request, dialog);
    this.calls.set(handle, call);
    this.asked.set(handle, { key, request, call, dialog: 0 });
    this.listeners.set(key, {
      tag,
      failed: (why) => call.unanswered(why),
      acknowledged: (ack) => call.acknowledged(ack),
      cancelled: (cancel) => call.cancelled(cancel),
      ended: () => this.asked.delete(handle),
    });
    this.tell({ type: 'incoming', call: handle, replaces, tag, message: request });
  }

  #cameWithin(call: Call, dialog: Dialog, key: Key, request: IncomingRequest): void {
    const { method } = request;
    const isInvite = method === 'INVITE';
    if (!dialog.accepts(request)) return this.refuse(key, request, 500, OUT_OF_ORDER);
    if (method === 'BYE') {
      this.respond(key, request, 200, {});
      return call.byeCame(request);
    }
    if (!isInvite && method !== 'UPDATE') return this.#handOver(key, request, call.handle);
    if (call.state !== 'up') return this.refuse(key, request, 403, 'Wrong Status');
    const isOffer = isInvite || !!request.body;
    // RFC 3261 §14.2
    if (isOffer && call.theirOffer)
      return this.refuse(key, request, 500, undefined, [`Retry-After: ${1 + Math.floor(Math.random() * 10)}`]);
    if (isOffer && call.isOffering) return this.refuse(key, request, 491);
    const handle = ++this.#handles;
    if (isOffer) call.theirOffer = handle;
    this.asked.set(handle, { key, request, call, dialog: call.handle });
    this.listeners.set(key, {
      acknowledged: (ack) => call.acknowledged(ack),
      ended: () => {
        this.asked.delete(handle);
        call.closeTheirOffer(handle);
      },
    });
    this.tell({ type: 'reoffered', call: call.handle, request: handle, message: request });
  }

  #handOver(key: Key, request: IncomingRequest, dialog: number): void {
    const handle = ++this.#handles;
    this.asked.set(handle, { key, request, dialog });
    this.listeners.set(key, { ended: () => this.asked.delete(handle) });
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

  #keep(handle: number, dialog: Dialog | undefined): void {
    if (dialog) this.#dialogs.set(handle, dialog);
  }

  #dialogOf(handle: number): Dialog | undefined {
    const call = this.calls.get(handle);
    return this.#dialogs.get(handle) ?? call?.dialog ?? call?.early[0];
  }

  #draft(handle: number, request: Outgoing): { handle: number; text: string } {
    return { handle, text: this.text(request) };
  }

  #from(uri?: string, name?: string, tag?: string): string {
    return address(uri || this.account.uri, tag || newTag(), name || this.account.displayName);
  }

  #callId(): string {
    return this.account.callIdPrefix + randomToken(17);
  }
}

const OUT_OF_ORDER = 'CSeq Out of Order';

const firstNumber = (): number => 1 + Math.floor(Math.random() * 10_000);

/** Whether a NOTIFY with this line is a subscription's last (RFC 6665 §4.1.3). */
const ends = (lines: string): boolean => /^subscription-state\s*:\s*terminated\b/im.test(lines);

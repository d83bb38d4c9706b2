import type { Account, EnginePort, RequestHandle } from '../port.js';
import { randomToken } from '../text.js';
import { type Call, IncomingCall, OutgoingCall } from './call.js';
import { Dialog } from './dialog.js';
import { address, contact, type Outgoing, outgoing } from './outgoing.js';
import { ends, Reception } from './reception.js';
import { Registration } from './registration.js';
import { type Listener, newTag } from './traffic.js';

/**
 * The user agent behind `port.ts`: dialogs, credentials, calls and registration over the engine's transactions, for a
 * page that owns its sockets, peer connections and descriptions.
 */
export class Agent extends Reception implements EnginePort {
  readonly #registration: Registration;
  /** Drafts, and the dialogs that they are in. */
  readonly #drafts = new Map<number, { request: Outgoing; dialog: number }>();

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
    const handle = ++this.handles;
    this.#drafts.set(handle, { request, dialog });
    return this.#draft(handle, request);
  }

  send(handle: RequestHandle, headers: readonly string[], body: string | null): void {
    const draft = this.#drafts.get(handle);
    if (draft) {
      this.#drafts.delete(handle);
      const { request, dialog } = draft;
      request.given = headers;
      request.isGivenWhole = true;
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
        if (status >= 200) this.subscribing.delete(handle);
        if (status >= 200 && status < 300 && method === 'SUBSCRIBE' && !dialog && !this.dialogs.has(handle))
          // RFC 6665 §4.1.2.1
          this.keep(handle, Dialog.ours(request, response));
        // RFC 3261 §12.2.1.2
        if (status === 408 || status === 481 || (isLast && status >= 200)) this.dialogs.delete(dialog);
        this.tell({ type: 'response', request: handle, message: response });
      },
      failed: (why) => {
        this.subscribing.delete(handle);
        if (why === 'timeout' || isLast) this.dialogs.delete(dialog);
        this.#unanswered(handle, why);
      },
    };
    if (!this.launch(request, listener)) return this.#unanswered(handle, 'transport');
    if (method === 'SUBSCRIBE' && !dialog) this.subscribing.set(handle, request);
  }

  #unanswered(request: RequestHandle, why: 'timeout' | 'transport' | 'dialog'): void {
    this.tell({ type: 'noResponse', request, why });
  }

  // Calls.

  call(spec: Parameters<EnginePort['call']>[0]): ReturnType<EnginePort['call']> {
    const { target, fromUri, fromDisplayName, anonymous, sessionExpires } = spec;
    const { account } = this;
    const own = contact(account, anonymous, true);
    const invite = outgoing(
      'INVITE',
      target,
      {
        routes: this.preloaded(),
        to: address(target),
        from: anonymous
          ? this.#from('sip:anonymous@anonymous.invalid', fromDisplayName || 'Anonymous')
          : this.#from(fromUri, fromDisplayName),
        callId: this.#callId(),
        cseq: firstNumber(),
      },
      [
        ...(anonymous ? [`P-Preferred-Identity: ${account.uri}`, 'Privacy: id'] : []),
        own,
        'Content-Type: application/sdp',
        ...(account.sessionTimers
          ? [`Session-Expires: ${sessionExpires}${account.forceRefresher ? ';refresher=uac' : ''}`]
          : []),
      ],
    );
    const handle = ++this.handles;
    this.calls.set(handle, new OutgoingCall(this, handle, own, invite, sessionExpires));
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

  inDialog(dialog: number): boolean {
    return !!this.#dialogOf(dialog);
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

  /** Routes of a request outside any dialog. */
  preloaded(): string[] {
    return this.flow && this.account.usePreloadedRoute ? [`<${this.flow.route};lr>`] : [];
  }

  #dialogOf(handle: number): Dialog | undefined {
    const call = this.calls.get(handle);
    return this.dialogs.get(handle) ?? call?.dialog ?? call?.early[0];
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

const firstNumber = (): number => 1 + Math.floor(Math.random() * 10_000);

import { C } from '../constants.js';
import type { IncomingMessage, IncomingRequest, IncomingResponse } from '../incoming.js';
import type { Originator, RequestHandle } from '../port.js';
import { description } from './description.js';
import type { Dialog } from './dialog.js';
import type { Outgoing } from './outgoing.js';
import type { Reception } from './reception.js';
import type { Key } from './traffic.js';

const { causes } = C;

/** Shorter session timers are not taken, in seconds. */
const LEAST = 60;

/** A refresh that could not be sent is tried again after this, in milliseconds: before the session is over there. */
const AGAIN = 4000;

/** Where calls are. */
export type State =
  /** Not sent yet. */
  | 'draft'
  /** We call. */
  | 'calling'
  /** We called, and gave up; a 2xx may yet come. */
  | 'cancelled'
  /** We are called. */
  | 'ringing'
  /** Our 200 waits for its ACK. */
  | 'accepted'
  /** So does a BYE. */
  | 'leaving'
  | 'up'
  | 'over';

/** A re-INVITE or UPDATE of ours. */
interface Offer {
  request: Outgoing;
  /** It offers nothing. */
  isRefresh: boolean;
}

/** A description is being applied by the page. */
export interface Applying {
  applied(): void;
  failed(reason: string, cause: string): void;
  /** The call is given up meanwhile. */
  left?(): void;
}

/** How a call ended: whether before it was up, who ended it, a cause, and the message that said so. */
export type Ended = [failed: boolean, originator: Originator, cause: string, message?: IncomingMessage | null];

/** What goes on within a call's dialog: offers, ours and theirs, and its session timer (RFC 4028). */
export abstract class Talk {
  state: State = 'draft';
  dialog: Dialog | undefined;
  /** A new offer of theirs that is not yet answered. */
  theirOffer: RequestHandle = 0;
  /** Our 200 made an offer: the ACK answers it. */
  ackAnswers = false;
  readonly agent: Reception;
  readonly handle: number;
  /** The line that says where we are, as at first: who called without a name has none later. */
  readonly contact: string;
  protected applying: Applying | undefined;
  /** A new offer of ours that waits for the ACK of our 200 (RFC 3261 §14.1). */
  protected later: (() => void) | undefined;
  protected readonly offers = new Set<Offer>();
  /** Seconds; 0 where there is no session timer. */
  protected expires = 0;
  #weRefresh = false;
  /** They do not know UPDATE. */
  #noUpdate = false;
  readonly #timers = new Map<unknown, ReturnType<typeof setTimeout>>();

  constructor(agent: Reception, handle: number, contact: string) {
    this.agent = agent;
    this.handle = handle;
    this.contact = contact;
  }

  /** We called. */
  protected abstract readonly isOurs: boolean;
  protected abstract goOn(): void;
  protected abstract over(...ended: Ended): void;

  /** Their offer of this handle is answered, or cannot be any more. */
  closeTheirOffer(handle: RequestHandle): void {
    if (this.theirOffer === handle) this.theirOffer = 0;
  }

  /** An offer, ours or theirs, is under way. */
  get isOffering(): boolean {
    return !!this.theirOffer || !!this.later || [...this.offers].some((offer) => !offer.isRefresh);
  }

  clearTimers(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  protected after(what: unknown, wait: number, then: () => void): void {
    clearTimeout(this.#timers.get(what));
    const timer = this.agent.after(wait, then);
    if (timer) this.#timers.set(what, timer);
  }

  /** The page is to apply this answer. */
  protected apply(sdp: string, applying: Applying): void {
    this.applying = applying;
    this.agent.tell({ type: 'answer', call: this.handle, sdp });
  }

  applied(): void {
    const { applying } = this;
    this.applying = undefined;
    applying?.applied();
    this.goOn();
  }

  notApplied(code: number, cause: string): void {
    const { applying } = this;
    this.applying = undefined;
    applying?.failed(`SIP ;cause=${code}; text="${code === 488 ? 'Not Acceptable Here' : cause}"`, cause);
    this.goOn();
  }

  protected acknowledge(key: Key, dialog: Dialog, request: Outgoing): void {
    const ack = dialog.request('ACK', request.cseq);
    // RFC 3261 §22.1
    ack.credentials = request.credentials;
    this.agent.acknowledge(key, ack, dialog.remoteTag);
  }

  /** BYE with this in Reason, and it is over. */
  protected hangUp(originator: Originator, cause: string, message?: IncomingMessage, reason?: string): void {
    if (this.dialog) this.agent.launch(this.dialog.bye(reason), {});
    this.over(false, originator, cause, message);
  }

  /** The dialog is gone, or nobody answers in it. */
  #lost(code: number, cause: string, phrase = cause): void {
    this.hangUp('local', cause, undefined, `SIP ;cause=${code}; text="${phrase}"`);
  }

  /** A new offer of ours. */
  offer(method: string, headers: readonly string[], sdp: string): void {
    if (this.state === 'accepted' && !this.isOffering) {
      this.later = () => this.offer(method, headers, sdp);
      return;
    }
    const request = this.state === 'up' && !this.isOffering && this.#request(method);
    if (!request) return this.#offered(false, null);
    request.own = [...request.own, 'Content-Type: application/sdp', ...this.#sessionLine(this.#weRefresh)];
    request.given = headers;
    request.body = sdp;
    this.#send({ request, isRefresh: false });
  }

  #request(method: string): Outgoing | undefined {
    const request = this.dialog?.request(method);
    if (request) request.own = [this.contact];
    return request;
  }

  #offered(ok: boolean, message: IncomingResponse | null): void {
    this.agent.tell({ type: 'renegotiated', call: this.handle, ok, message });
  }

  #send(offer: Offer): void {
    const { request, isRefresh } = offer;
    this.offers.add(offer);
    const over = (message: IncomingResponse | null): void => {
      this.offers.delete(offer);
      if (!isRefresh) this.#offered(false, message);
    };
    let isAnswered = false;
    const isDue = (): boolean => !isAnswered && this.offers.has(offer);
    const again = (): void => {
      request.cseq = this.dialog?.next() ?? 0;
      this.#send(offer);
    };
    const key = this.agent.launch(request, {
      answered: (response) => {
        const { status_code: status } = response;
        if (status < 200 || !isDue()) return;
        if (status < 300) {
          isAnswered = true;
          return this.#accepted(offer, key, response);
        }
        if (this.agent.learn(request, response)) return again();
        if (status === 491) {
          // RFC 3261 §14.1: whoever made the Call-ID waits longer.
          const [least, range] = this.isOurs ? [2100, 1900] : [0, 2000];
          const wait = (delay: number): void =>
            this.after(offer, delay, () => {
              if (this.theirOffer) wait(1000);
              else if (this.state === 'up') again();
            });
          return wait(least + Math.random() * range);
        }
        this.offers.delete(offer);
        // RFC 3261 §12.2.1.2
        if (status === 408 || status === 481) this.#lost(500, causes.DIALOG_ERROR);
        else if (isRefresh) {
          // RFC 4028 §7.4
          this.#noUpdate = true;
          this.#askForRefresh();
        } else over(response);
      },
      failed: (why) => {
        if (!isDue()) return;
        if (why === 'timeout') return this.#lost(408, causes.REQUEST_TIMEOUT);
        over(null);
        if (isRefresh) this.#refreshAfter(AGAIN);
      },
    });
    if (!key) over(null);
  }

  #accepted(offer: Offer, key: Key, response: IncomingResponse): void {
    const { request, isRefresh } = offer;
    const { dialog } = this;
    dialog?.refresh(response);
    if (request.method === 'INVITE' && dialog) this.acknowledge(key, dialog, request);
    this.agreed(response);
    const over = (ok: boolean): void => {
      this.offers.delete(offer);
      if (!isRefresh) this.#offered(ok, response);
    };
    const sdp = !isRefresh && description(response);
    if (sdp) this.apply(sdp, { applied: () => over(true), failed: () => over(false) });
    else over(false);
  }

  /** A 2xx to INVITE, re-INVITE or UPDATE of ours. */
  protected agreed(response: IncomingResponse): void {
    this.#take(response, 'uac');
    this.arm();
  }

  /** Lines of a 2xx of ours. */
  granted(request: IncomingRequest): string[] {
    if (!this.agent.account.sessionTimers) return [];
    const refresher = this.#take(request, 'uas');
    return [`Session-Expires: ${this.expires};refresher=${refresher}`];
  }

  /** Who refreshes, from whoever was asked's side. */
  #take(message: IncomingMessage, us: 'uac' | 'uas'): string {
    const allow = message.getHeaders('allow').join();
    if (allow) this.#noUpdate = !/\bUPDATE\b/i.test(allow);
    const asked = message.parseHeader('session-expires');
    const isTaken = asked && asked.expires >= LEAST;
    const refresher = (isTaken && asked.refresher) || us;
    if (isTaken) this.expires = asked.expires;
    this.#weRefresh = refresher === us;
    return refresher;
  }

  /** The session timer, from now on. */
  arm(): void {
    const isOn = this.agent.account.sessionTimers && this.expires > 0;
    this.#refreshAfter(isOn && this.#weRefresh ? this.expires * 500 : Infinity);
    this.after('end', isOn && !this.#weRefresh ? this.expires * 1100 : Infinity, () => {
      if (this.#isUp()) this.#lost(408, causes.REQUEST_TIMEOUT, 'Session Timer Expired');
    });
  }

  #isUp(): boolean {
    return this.state === 'up' || this.state === 'accepted';
  }

  #refreshAfter(wait: number): void {
    this.after('refresh', wait, () => {
      if (this.#isUp()) this.#refresh();
    });
  }

  /** By UPDATE where they know it. */
  #refresh(): void {
    if (!this.agent.isConnected) return this.#refreshAfter(AGAIN);
    if (this.agent.account.refreshMethod === 'INVITE' || this.#noUpdate) return this.#askForRefresh();
    const request = this.#request('UPDATE');
    if (!request) return;
    request.own = [...request.own, ...this.#sessionLine(true)];
    this.#send({ request, isRefresh: true });
  }

  #askForRefresh(): void {
    this.agent.tell({ type: 'refresh', call: this.handle });
  }

  #sessionLine(weRefresh: boolean): string[] {
    return this.agent.account.sessionTimers && this.expires > 0
      ? [`Session-Expires: ${this.expires};refresher=ua${weRefresh ? 'c' : 's'}`]
      : [];
  }
}

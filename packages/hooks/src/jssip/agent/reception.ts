import { parseUri } from '../grammar.js';
import type { IncomingRequest } from '../incoming.js';
import type { EnginePort, RequestHandle } from '../port.js';
import { type Call, IncomingCall } from './call.js';
import { description } from './description.js';
import { Dialog } from './dialog.js';
import type { Outgoing } from './outgoing.js';
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

/** What the far end asks for: to whom it goes, by its dialog, and what the page answers. */
export abstract class Reception extends Traffic {
  protected handles = 0;
  protected readonly calls = new Map<number, Call>();
  /** Of subscriptions and the like. */
  protected readonly dialogs = new Map<number, Dialog>();
  /** SUBSCRIBEs that no dialog has come of yet. */
  protected readonly subscribing = new Map<number, Outgoing>();
  protected readonly asked = new Map<RequestHandle, Asked>();

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
    // Of a dialog that nobody knows any more, they are taken as if of none.
    if (!dialog && /^(OPTIONS|MESSAGE)$/.test(method)) return this.#handOver(key, request, 0);
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
    const handle = ++this.handles;
    const call = new IncomingCall(this, handle, key, request, dialog);
    this.calls.set(handle, call);
    this.#ask(
      handle,
      { key, request, call, dialog: 0 },
      {
        tag,
        failed: (why) => call.unanswered(why),
        acknowledged: (ack) => call.acknowledged(ack),
        cancelled: (cancel) => call.cancelled(cancel),
      },
    );
    this.tell({ type: 'incoming', call: handle, replaces, tag, message: request });
  }

  #cameWithin(call: Call, dialog: Dialog, key: Key, request: IncomingRequest): void {
    const { method } = request;
    const isInvite = method === 'INVITE';
    if (!dialog.accepts(request)) return this.refuse(key, request, 500, OUT_OF_ORDER);
    // RFC 3261 §15: one fork that rings does not end the call.
    if (method === 'BYE' && call.state === 'calling') return this.refuse(key, request, 403, WRONG_STATUS);
    if (method === 'BYE') {
      this.respond(key, request, 200, {});
      return call.byeCame(request);
    }
    if (!isInvite && method !== 'UPDATE') return this.#handOver(key, request, call.handle);
    if (call.state !== 'up') return this.refuse(key, request, 403, WRONG_STATUS);
    const isOffer = isInvite || !!request.body;
    // RFC 3261 §14.2
    if (isOffer && call.theirOffer)
      return this.refuse(key, request, 500, undefined, [`Retry-After: ${1 + Math.floor(Math.random() * 10)}`]);
    if (isOffer && call.isOffering) return this.refuse(key, request, 491);
    const handle = ++this.handles;
    if (isOffer) call.theirOffer = handle;
    this.#ask(handle, { key, request, call, dialog: call.handle }, { acknowledged: (ack) => call.acknowledged(ack) });
    this.tell({ type: 'reoffered', call: call.handle, request: handle, message: request });
  }

  #handOver(key: Key, request: IncomingRequest, dialog: number): void {
    const handle = ++this.handles;
    this.#ask(handle, { key, request, dialog });
    this.tell({ type: 'request', request: handle, dialog, message: request });
  }

  /** The page may answer for as long as there is the transaction. */
  #ask(handle: RequestHandle, asked: Asked, listener: Listener = {}): void {
    this.asked.set(handle, asked);
    listener.ended = () => {
      this.asked.delete(handle);
      asked.call?.closeTheirOffer(handle);
    };
    this.listeners.set(asked.key, listener);
  }

  #dialogWith(request: IncomingRequest): [number, Dialog] | undefined {
    const known = [...this.dialogs].find(([, dialog]) => dialog.matches(request));
    if (known || request.method !== 'NOTIFY') return known;
    // RFC 6665 §4.4.1: a NOTIFY that overtakes the 2xx makes the dialog.
    const tag = request.to?.getParam('tag') as string;
    for (const [handle, subscribe] of this.subscribing) {
      if (subscribe.callId !== request.call_id || !subscribe.from.endsWith(`;tag=${tag}`)) continue;
      const dialog = Dialog.theirs(request, tag);
      if (!dialog) continue;
      dialog.remoteSeq = undefined;
      dialog.localSeq = subscribe.cseq;
      this.dialogs.set(handle, dialog);
      return [handle, dialog];
    }
    return undefined;
  }

  protected keep(handle: number, dialog: Dialog | undefined): void {
    if (dialog) this.dialogs.set(handle, dialog);
  }

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
        rest.lines = [call.contact, ...call.granted(request), ...(rest.lines ?? [])];
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
      this.dialogs.delete(dialog);
    else if (isSent && isSuccess && method === 'SUBSCRIBE' && !dialog)
      // RFC 6665 §4.2.1
      this.keep(handle, Dialog.theirs(request, rest.tag as string));
    return isSent;
  }

  // What calls ask for.

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
}

const WRONG_STATUS = 'Wrong Status';
const OUT_OF_ORDER = 'CSeq Out of Order';

/** Whether a NOTIFY with this line is a subscription's last (RFC 6665 §4.1.3). */
export const ends = (lines: string): boolean => /^subscription-state\s*:\s*terminated\b/im.test(lines);

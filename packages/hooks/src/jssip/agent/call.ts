import { C } from '../constants.js';
import type { IncomingRequest, IncomingResponse } from '../incoming.js';
import type { EndSpec, Originator } from '../port.js';
import { sipErrorCause } from '../text.js';
import { description } from './description.js';
import { Dialog } from './dialog.js';
import { contact, type Outgoing } from './outgoing.js';
import type { Reception } from './reception.js';
import { type Ended, Talk } from './talk.js';
import type { Key } from './traffic.js';

const { causes } = C;

/** It rings on: 180 again after this long, in milliseconds. */
const RING = 60_000;

const isSuccess = ({ status_code: status }: IncomingResponse): boolean => status >= 200 && status < 300;

/** A call, from its INVITE's draft to the end of its dialog. */
export abstract class Call extends Talk {
  /** One for each fork that rings. */
  early: Dialog[] = [];
  /** INVITE's transaction, while there is one. */
  key: Key = 0;

  /** Nothing more can come of it. */
  get isOver(): boolean {
    return this.state === 'over' || (this.state === 'cancelled' && !this.key);
  }

  /** What ending means in its state. */
  end(spec: EndSpec): void {
    const { statusCode: code, reasonPhrase: phrase = '', cause, originator, headers, body = null } = spec;
    const { state, dialog } = this;
    if (state === 'draft' || state === 'calling' || state === 'ringing') {
      this.giveUp(spec);
      this.over(true, originator, cause);
      if (state === 'calling') this.state = 'cancelled';
    } else if ((state === 'up' || state === 'accepted') && dialog) {
      this.closeOffer();
      const bye = dialog.bye(code && `SIP ;cause=${code}; text="${phrase}"`);
      bye.given = [...bye.given, ...headers];
      bye.body = body;
      this.over(false, originator, cause);
      if (state === 'up') return void this.agent.launch(bye, {});
      // RFC 3261 §15: whoever was called waits for the ACK.
      this.state = 'leaving';
      this.leave = () => {
        this.agent.launch(bye, {});
        this.state = 'over';
      };
    }
  }

  protected leave: () => void = () => undefined;

  /** Before it is established. */
  protected abstract giveUp(spec: EndSpec): void;

  /** A new offer of theirs is not going to be answered. */
  protected closeOffer(): void {
    if (this.theirOffer) this.agent.refuseAsked(this.theirOffer, 487);
    this.theirOffer = 0;
  }

  byeCame(bye: IncomingRequest): void {
    if (this.state === 'leaving' || this.state === 'cancelled') {
      this.state = 'over';
      return;
    }
    this.closeOffer();
    this.over(false, 'remote', causes.BYE, bye);
  }

  /** RFC 3261 §13.3.1.4, §14.2: the ACK of our 200 never came. */
  unacknowledged(why: string): void {
    if (why === 'timeout') this.hangUp('remote', causes.NO_ACK);
  }

  acknowledged(ack: IncomingRequest): void {
    if (this.state === 'leaving') return this.leave();
    if (this.state !== 'accepted' && this.state !== 'up') return;
    this.state = 'up';
    const applied = (): void => {
      const { later } = this;
      this.later = undefined;
      this.agent.tell({ type: 'acknowledged', call: this.handle, message: ack });
      later?.();
    };
    if (!this.ackAnswers) return applied();
    this.ackAnswers = false;
    const sdp = description(ack);
    if (sdp) this.apply(sdp, { applied, failed: (reason, cause) => this.hangUp('local', cause, ack, reason) });
    else this.hangUp('local', causes.MISSING_SDP, undefined, 'SIP ;cause=400; text="Bad Request"');
  }

  /** Says so; it goes when all is done. */
  protected over(...[failed, originator, cause, message = null]: Ended): void {
    this.state = 'over';
    this.applying = undefined;
    this.offers.clear();
    this.clearTimers();
    this.agent.forgetAsked(this.handle);
    this.agent.tell({ type: 'ended', call: this.handle, failed, originator, cause, message: message as never });
  }
}

/** Ours. */
export class OutgoingCall extends Call {
  protected readonly isOurs = true;
  readonly #invite: Outgoing;
  /** Responses that wait for a description to be applied. */
  #waiting: IncomingResponse[] = [];

  constructor(agent: Reception, handle: number, contact: string, invite: Outgoing, expires: number) {
    super(agent, handle, contact);
    this.#invite = invite;
    this.expires = expires;
  }

  invite(headers: readonly string[], sdp: string): void {
    if (this.state !== 'draft') return;
    this.#invite.given = headers;
    this.#invite.isGivenWhole = true;
    this.#invite.body = sdp;
    this.#send();
  }

  #send(): void {
    const failed = (): void => {
      if (this.state === 'draft' || this.state === 'calling') this.over(true, 'local', causes.CANCELED);
      else if (this.state === 'cancelled') this.state = 'over';
    };
    const key = this.agent.launch(this.#invite, {
      answered: (response) => {
        if (this.key === key) this.#answered(response);
      },
      failed,
      ended: () => {
        if (this.key === key) this.key = 0;
      },
    });
    if (!key) return failed();
    this.key = key;
    this.state = 'calling';
  }

  #answered(response: IncomingResponse): void {
    const { status_code: status } = response;
    if (this.state !== 'calling') {
      if (isSuccess(response)) this.#leaveFork(response);
    } else if (this.applying) {
      this.#waiting.push(response);
    } else if (status < 200) {
      this.#progresses(response);
    } else if (isSuccess(response)) {
      this.#accepted(response);
    } else if (this.agent.learn(this.#invite, response)) {
      this.#invite.cseq++;
      this.early = [];
      this.#send();
      this.agent.resent(this.handle, this.#invite);
    } else {
      this.over(true, 'remote', sipErrorCause(status), response);
    }
  }

  /** What came while a description was being applied. */
  protected goOn(): void {
    while (!this.applying && this.#waiting.length) this.#answered(this.#waiting.shift() as IncomingResponse);
  }

  #progresses(response: IncomingResponse): void {
    const applied = (): void => this.agent.tell({ type: 'progress', call: this.handle, message: response });
    if (response.status_code === 100) return applied();
    const { to_tag: tag } = response;
    if (!tag) return;
    const known = this.early.find(({ remoteTag }) => remoteTag === tag);
    const dialog = known ?? Dialog.ours(this.#invite, response);
    if (known) known.learn(response);
    else if (dialog) this.early.push(dialog);
    const sdp = description(response);
    // What rings may yet be answered with something better.
    if (sdp) this.apply(sdp, { applied, failed: () => undefined });
    else applied();
  }

  #accepted(response: IncomingResponse): void {
    const bad = (cause: string = causes.BAD_MEDIA_DESCRIPTION): void => this.over(true, 'remote', cause, response);
    const failed = (reason: string): void => {
      this.#leaveFork(response, reason);
      bad();
      // Other forks may answer yet.
      this.state = 'cancelled';
    };
    const applied = (): void => {
      const dialog = this.#fork(response);
      if (!dialog) return bad(causes.INTERNAL_ERROR);
      this.acknowledge(this.key, dialog, this.#invite);
      this.dialog = dialog;
      this.early = [];
      this.state = 'up';
      this.agent.tell({ type: 'answered', call: this.handle, message: response });
      this.agreed(response);
    };
    const sdp = description(response);
    if (sdp) this.apply(sdp, { applied, failed, left: () => this.#leaveFork(response) });
    else failed('SIP ;cause=400; text="Missing SDP"');
  }

  #fork(response: IncomingResponse): Dialog | undefined {
    const dialog = Dialog.ours(this.#invite, response);
    const early = this.early.find(({ remoteTag }) => remoteTag === dialog?.remoteTag);
    // It may have sent requests while it rang.
    if (dialog && early) {
      dialog.remoteSeq = early.remoteSeq;
      dialog.localSeq = Math.max(dialog.localSeq, early.localSeq);
    }
    return dialog;
  }

  /** RFC 3261 §13.2.2.4: who answers and is not wanted hears BYE. */
  #leaveFork(response: IncomingResponse, reason?: string): void {
    const dialog = this.#fork(response);
    if (!dialog) return;
    this.acknowledge(this.key, dialog, this.#invite);
    // Not for a copy of what was answered already.
    if (this.dialog?.remoteTag !== dialog.remoteTag) this.agent.launch(dialog.bye(reason), {});
  }

  protected giveUp({ statusCode: code, reasonPhrase: phrase }: EndSpec): void {
    if (this.key) this.agent.cancel(this.key, code ? `SIP ;cause=${code} ;text="${phrase}"` : '');
    // An answer that was being applied is answered after all.
    this.applying?.left?.();
    for (const response of this.#waiting.splice(0)) if (isSuccess(response)) this.#leaveFork(response);
  }

  protected override over(...ended: Ended): void {
    this.#waiting = [];
    super.over(...ended);
  }
}

/** Theirs. */
export class IncomingCall extends Call {
  protected readonly isOurs = false;
  readonly #request: IncomingRequest;
  readonly #tag: string;

  constructor(agent: Reception, handle: number, key: Key, request: IncomingRequest, dialog: Dialog) {
    super(agent, handle, contact(agent.account));
    this.state = 'ringing';
    this.key = key;
    this.#request = request;
    this.dialog = dialog;
    this.#tag = dialog.localTag;
    const { noAnswerTimeout } = agent.account;
    if (noAnswerTimeout > 0) this.#missedAfter(noAnswerTimeout, 408, 'local', causes.NO_ANSWER);
    const expires = parseInt(request.getHeader('expires') ?? '', 10);
    if (expires > 0) this.#missedAfter(expires, 487, 'system', causes.EXPIRES);
  }

  #missedAfter(seconds: number, status: number, originator: Originator, cause: string): void {
    this.after(cause, seconds * 1000, () => {
      if (this.state !== 'ringing') return;
      this.#respond(status);
      this.over(true, originator, cause);
    });
  }

  #respond(status: number, lines: readonly string[] = [], body?: string | null, reason?: string): boolean {
    return this.agent.respond(this.key, this.#request, status, { lines, body, reason, tag: this.#tag });
  }

  ring(headers: readonly string[]): void {
    if (this.state !== 'ringing') return;
    this.#respond(180, [this.contact, ...headers]);
    this.after('ring', RING, () => this.ring([]));
  }

  /** Whether it went out. */
  accept(headers: readonly string[], sdp: string, expires: number): boolean {
    if (this.state !== 'ringing') return false;
    this.expires = expires;
    const lines = [this.contact, ...headers, ...this.granted(this.#request)];
    if (!this.agent.isConnected || !this.#respond(200, lines, sdp)) {
      this.state = 'over';
      return false;
    }
    this.clearTimers();
    this.state = 'accepted';
    this.ackAnswers = !description(this.#request);
    this.arm();
    return true;
  }

  /** ACK never came, or the connection broke while it rang. */
  unanswered(why: string): void {
    if (this.state === 'ringing') this.over(true, 'system', causes.CONNECTION_ERROR);
    else if (this.state === 'leaving') this.leave();
    else if (this.state === 'accepted') this.unacknowledged(why);
  }

  cancelled(cancel: IncomingRequest): void {
    if (this.state !== 'ringing') return;
    this.#respond(487);
    this.over(true, 'remote', causes.CANCELED, cancel);
  }

  override byeCame(bye: IncomingRequest): void {
    if (this.state === 'ringing') this.#respond(487, [], null, 'BYE Received');
    super.byeCame(bye);
  }

  protected giveUp({ statusCode, reasonPhrase, headers, body }: EndSpec): void {
    this.#respond(statusCode || 480, headers, body, reasonPhrase);
  }

  protected goOn(): void {}
}

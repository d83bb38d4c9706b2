import { EventEmitter } from './emitter.js';
import { InvalidStateError } from './exceptions.js';
import type { IncomingRequest } from './incoming.js';
import { cloneArray, newTag } from './text.js';
import type { UA } from './ua.js';

const C = {
  NOTIFY_RESPONSE_TIMEOUT: 0,
  NOTIFY_TRANSPORT_ERROR: 1,
  NOTIFY_NON_OK_RESPONSE: 2,
  NOTIFY_AUTHENTICATION_FAILED: 3,
  FINAL_NOTIFY_SENT: 4,
  UNSUBSCRIBE_RECEIVED: 5,
  SUBSCRIPTION_EXPIRED: 6,
  STATE_PENDING: 0,
  STATE_ACTIVE: 1,
  STATE_TERMINATED: 2,
  DEFAULT_EXPIRES_SEC: 900,
} as const;

export interface NotifierOptions {
  extraHeaders?: string[];
  allowEvents?: string;
  /** Until {@link Notifier.setActiveState}. */
  pending?: boolean;
  /** Seconds, where SUBSCRIBE asks for none; 900 if absent. */
  defaultExpires?: number;
}

export interface NotifierEventMap {
  subscribe: (
    isUnsubscribe: boolean,
    request: IncomingRequest,
    body: string | undefined,
    contentType: string | undefined,
  ) => void;
  expired: () => void;
  terminated: (code: number) => void;
}

/** Somebody's subscription with us (RFC 6665). */
export class Notifier extends EventEmitter<NotifierEventMap> {
  static readonly C = C;

  _ua: UA;
  _subscribe: IncomingRequest;
  _contentType: string;
  _defaultExpires: number;
  _state: number;
  _headers: string[];
  _contact: string;
  _expires = 0;
  /** Milliseconds since the epoch. */
  _expiresAt = 0;
  _timer: ReturnType<typeof setTimeout> | undefined;
  _id: string | null = null;
  _data: unknown = {};

  /** 405 to what is no subscription. */
  static init_incoming(request: IncomingRequest, callback: () => void): void {
    try {
      Notifier.checkSubscribe(request);
    } catch {
      return request.reply(405);
    }
    callback();
  }

  static checkSubscribe(subscribe: IncomingRequest): void {
    if (!subscribe) throw new TypeError('Not enough arguments. Missing subscribe request');
    if (subscribe.method !== 'SUBSCRIBE') throw new TypeError('Invalid method for Subscribe request');
    if (!subscribe.hasHeader('contact')) throw new TypeError('Missing Contact header in subscribe request');
    if (!subscribe.hasHeader('event')) throw new TypeError('Missing Event header in subscribe request');
    const expires = subscribe.getHeader('expires');
    if (expires && !(parseInt(expires, 10) >= 0))
      throw new TypeError('Invalid Expires header field in subscribe request');
  }

  constructor(ua: UA, subscribe: IncomingRequest, contentType: string, options: NotifierOptions = {}) {
    if (!contentType) throw new TypeError('Not enough arguments. Missing contentType');
    Notifier.checkSubscribe(subscribe);
    super();
    const { extraHeaders, allowEvents, pending, defaultExpires } = options;
    this._ua = ua;
    this._subscribe = subscribe;
    this._contentType = contentType;
    this._defaultExpires = defaultExpires || C.DEFAULT_EXPIRES_SEC;
    this._state = pending ? C.STATE_PENDING : C.STATE_ACTIVE;
    this._headers = [...cloneArray(extraHeaders), `Event: ${subscribe.getHeader('event')}`];
    this._contact = this._headers.find((header) => header.startsWith('Contact')) ?? `Contact: ${ua.contact}`;
    if (!this._headers.includes(this._contact)) this._headers.push(this._contact);
    if (allowEvents) this._headers.push(`Allow-Events: ${allowEvents}`);
    subscribe.to_tag = newTag();
  }

  get C(): typeof C {
    return C;
  }

  get state(): number {
    return this._state;
  }

  /** The dialog's. */
  get id(): string | null {
    return this._id;
  }

  get data(): unknown {
    return this._data;
  }

  set data(data: unknown) {
    this._data = data;
  }

  /** Accepts the subscription. Listeners are there by now. */
  start(): void {
    this._mustLive();
    this.receiveRequest(this._subscribe);
  }

  setActiveState(): void {
    this._mustLive();
    if (this._state === C.STATE_PENDING) this._state = C.STATE_ACTIVE;
  }

  notify(body: string | null = null): void {
    this._mustLive();
    const expires = Math.floor((this._expiresAt - Date.now()) / 1000);
    if (expires <= 0) return this.terminate(body, 'timeout');
    this._send(body, [
      `Subscription-State: ${this._state === C.STATE_PENDING ? 'pending' : 'active'};expires=${expires}`,
    ]);
  }

  /** The last NOTIFY. */
  terminate(body: string | null = null, reason: string | null = null, retryAfter: number | null = null): void {
    if (this._state === C.STATE_TERMINATED) return;
    const reasons = `${reason ? `;reason=${reason}` : ''}${retryAfter !== null && retryAfter !== undefined ? `;retry-after=${retryAfter}` : ''}`;
    this._send(body, [`Subscription-State: terminated${reasons}`]);
    this._close(reason === 'timeout' ? C.SUBSCRIPTION_EXPIRED : C.FINAL_NOTIFY_SENT);
  }

  receiveRequest(request: IncomingRequest): void {
    if (request.method !== 'SUBSCRIBE') return request.reply(405);
    const expires = parseInt(request.getHeader('expires') ?? '', 10);
    this._expires = isNaN(expires) ? this._defaultExpires : expires;
    this._expiresAt = Date.now() + this._expires * 1000;
    this._id ??= request.call_id + (request.to_tag ?? '') + request.from_tag;
    this._ua._dialogs.set(this._subscribe._handle, this);
    request.reply(200, null, [`Expires: ${this._expires}`, this._contact]);
    clearTimeout(this._timer);
    const isUnsubscribe = this._expires === 0;
    if (!isUnsubscribe) {
      this._timer = setTimeout(() => this._expired(), this._expires * 1000);
    }
    this.emit('subscribe', isUnsubscribe, request, request.body || undefined, request.getHeader('content-type'));
    if (isUnsubscribe) this._close(C.UNSUBSCRIBE_RECEIVED);
  }

  _mustLive(): void {
    if (this._state === C.STATE_TERMINATED) throw new InvalidStateError(this._state);
  }

  /** A listener of `expired` may have sent the last NOTIFY itself. */
  _expired(): void {
    if (this._state === C.STATE_TERMINATED) return;
    this.emit('expired');
    this.terminate(null, 'timeout');
  }

  _send(body: string | null, more: string[]): void {
    const headers = [...this._headers, ...more, ...(body ? [`Content-Type: ${this._contentType}`] : [])];
    this._ua._requester().send({ method: 'NOTIFY', dialog: this._subscribe._handle }, headers, body, {
      response: ({ status_code: code }) => {
        if (code === 401 || code === 407) this._close(C.NOTIFY_AUTHENTICATION_FAILED);
        else if (code >= 300) this._close(C.NOTIFY_NON_OK_RESPONSE);
      },
      failed: (why) => this._close(why === 'transport' ? C.NOTIFY_TRANSPORT_ERROR : C.NOTIFY_RESPONSE_TIMEOUT),
    });
  }

  _close(code: number): void {
    if (this._state === C.STATE_TERMINATED) return;
    this._state = C.STATE_TERMINATED;
    clearTimeout(this._timer);
    this._ua._dialogs.delete(this._subscribe._handle);
    this._id = null;
    this.emit('terminated', code);
  }
}

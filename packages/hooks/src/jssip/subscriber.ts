import { EventEmitter } from './emitter.js';
import { InvalidStateError } from './exceptions.js';
import { type Event, Grammar } from './grammar.js';
import type { IncomingRequest, IncomingResponse } from './incoming.js';
import type { DialogHandle, RequestSpec } from './port.js';
import type { Outcome } from './requester.js';
import { cloneArray, isDecimal, randomToken } from './text.js';
import type { UA } from './ua.js';
import type { URI } from './uri.js';

const C = {
  SUBSCRIBE_RESPONSE_TIMEOUT: 0,
  SUBSCRIBE_TRANSPORT_ERROR: 1,
  SUBSCRIBE_NON_OK_RESPONSE: 2,
  SUBSCRIBE_WRONG_OK_RESPONSE: 3,
  SUBSCRIBE_AUTHENTICATION_FAILED: 4,
  UNSUBSCRIBE_TIMEOUT: 5,
  FINAL_NOTIFY_RECEIVED: 6,
  WRONG_NOTIFY_RECEIVED: 7,
  STATE_PENDING: 0,
  STATE_ACTIVE: 1,
  STATE_TERMINATED: 2,
  STATE_INIT: 3,
  STATE_WAITING_NOTIFY: 4,
  DEFAULT_EXPIRES_SEC: 900,
} as const;

const STATES: Record<string, number> = { pending: 0, active: 1, terminated: 2, init: 3, notify_wait: 4 };

export interface SubscriberOptions {
  /** Seconds. */
  expires?: number;
  /** Of SUBSCRIBE's body. */
  contentType?: string;
  allowEvents?: string;
  /** Instead of the user agent's addresses. */
  params?: {
    to_uri?: URI | string;
    to_display_name?: string;
    from_uri?: URI | string;
    from_display_name?: string;
    cseq?: number;
  };
  extraHeaders?: string[];
}

export interface SubscriberEventMap {
  pending: () => void;
  accepted: () => void;
  active: () => void;
  notify: (
    isFinal: boolean,
    request: IncomingRequest,
    body: string | undefined,
    contentType: string | undefined,
  ) => void;
  terminated: (code: number, reason: string | undefined, retryAfter: number | undefined) => void;
}

/** A subscription of ours (RFC 6665). */
export class Subscriber extends EventEmitter<SubscriberEventMap> {
  static readonly C = C;

  _ua: UA;
  _spec: RequestSpec;
  _event: Event;
  _contentType: string | undefined;
  _headers: string[];
  _state: number = C.STATE_INIT;
  _terminated = false;
  /** The first SUBSCRIBE, whose handle the dialog has. */
  _handle: DialogHandle = 0;
  _accepted = false;
  _id: string | null = null;
  _queue: [body: string | null, headers: string[]][] = [];
  _timer: ReturnType<typeof setTimeout> | undefined;
  /** Milliseconds since the epoch. */
  _expiresAt = 0;
  _data: unknown = {};

  constructor(ua: UA, target: string, eventName: string, accept: string, options: SubscriberOptions = {}) {
    if (!target) throw new TypeError('Not enough arguments: Missing target');
    if (!eventName) throw new TypeError('Not enough arguments: Missing eventName');
    if (!accept) throw new TypeError('Not enough arguments: Missing accept');
    const event = Grammar.parse(eventName, 'Event') as Event | -1;
    if (event === -1) throw new TypeError('Missing Event header field');
    super();
    const { expires, contentType, allowEvents, params = {}, extraHeaders } = options;
    const seconds = isDecimal(expires) && Number(expires) > 0 ? Number(expires) : C.DEFAULT_EXPIRES_SEC;
    this._ua = ua;
    this._event = event;
    this._contentType = contentType;
    this._spec = {
      method: 'SUBSCRIBE',
      target: String(ua.normalizeTarget(target)),
      // Without the user agent's prefix: who subscribes to himself is answered.
      callId: randomToken(20),
      ...(params.from_uri && { fromUri: String(params.from_uri) }),
      ...(params.from_display_name && { fromDisplayName: params.from_display_name }),
      ...(params.to_uri && { toUri: String(params.to_uri) }),
      ...(params.to_display_name && { toDisplayName: params.to_display_name }),
      ...(params.cseq !== undefined && { cseq: params.cseq }),
    };
    const id = event.params?.['id'];
    this._headers = [
      ...cloneArray(extraHeaders),
      `Event: ${event.event}${id ? `;id=${id}` : ''}`,
      `Expires: ${seconds}`,
      `Accept: ${accept}`,
    ];
    if (!this._headers.some((header) => header.startsWith('Contact'))) this._headers.push(`Contact: ${ua.contact}`);
    if (allowEvents) this._headers.push(`Allow-Events: ${allowEvents}`);
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

  /** Subscribes, or again. */
  subscribe(body: string | null = null): void {
    if (this._state !== C.STATE_INIT) return this._again(body, this._headers);
    const headers = this._withType(body, this._headers);
    this._state = C.STATE_WAITING_NOTIFY;
    const prepared = this._ua._requester().prepare(this._spec, headers, body, this._outcome());
    this._handle = prepared.handle;
    this._ua._dialogs.set(this._handle, this);
    prepared.send();
  }

  /** Unsubscribes. */
  terminate(body: string | null = null): void {
    if (this._state === C.STATE_INIT) throw new InvalidStateError(this._state);
    if (this._terminated) return;
    this._terminated = true;
    const headers = this._headers.map((header) => (header.startsWith('Expires') ? 'Expires: 0' : header));
    this._again(body, headers);
  }

  receiveRequest(request: IncomingRequest): void {
    if (request.method !== 'NOTIFY') return request.reply(405);
    const { event } = request;
    if (!event) return this._wrong(request, 400);
    if (event.event !== this._event.event || event.params?.['id'] !== this._event.params?.['id'])
      return this._wrong(request, 489);
    const state = request.parseHeader('subscription-state') as
      { state: string; expires?: number; reason?: string; params?: Record<string, string> } | undefined;
    const next = state && STATES[state.state];
    if (!state || next === undefined) return this._wrong(request, 400);
    request.reply(200);
    const previous = this._state;
    const isFinal = next === C.STATE_TERMINATED;
    if (previous !== C.STATE_TERMINATED && !isFinal) {
      this._state = next;
      // Two seconds sooner is on its way.
      const { expires } = state;
      if (expires !== undefined && this._expiresAt - (Date.now() + expires * 1000) > 2000) this._schedule(expires);
    }
    if (previous !== next && next === C.STATE_PENDING) this.emit('pending');
    if (previous !== next && next === C.STATE_ACTIVE) this.emit('active');
    if (request.body) this.emit('notify', isFinal, request, request.body, request.getHeader('content-type'));
    const retryAfter = state.params?.['retry-after'];
    if (isFinal)
      this._close(
        C.FINAL_NOTIFY_RECEIVED,
        state.reason,
        retryAfter === undefined ? undefined : parseInt(retryAfter, 10),
      );
  }

  _wrong(request: IncomingRequest, code: number): void {
    request.reply(code);
    this._close(C.WRONG_NOTIFY_RECEIVED);
  }

  _withType(body: string | null, headers: string[]): string[] {
    if (!body) return headers;
    if (!this._contentType) throw new TypeError('content_type is undefined');
    return [...headers, `Content-Type: ${this._contentType}`];
  }

  _again(body: string | null, headers: string[]): void {
    if (this._state === C.STATE_TERMINATED) return;
    if (!this._accepted) {
      this._queue.push([body, headers]);
      return;
    }
    const spec = { method: 'SUBSCRIBE', dialog: this._handle };
    this._ua._requester().send(spec, this._withType(body, headers), body, this._outcome());
  }

  _outcome(): Outcome {
    return {
      response: (response) => this._responded(response),
      failed: (why) => this._close(why === 'transport' ? C.SUBSCRIBE_TRANSPORT_ERROR : C.SUBSCRIBE_RESPONSE_TIMEOUT),
    };
  }

  _responded(response: IncomingResponse): void {
    const code = response.status_code;
    if (this._state === C.STATE_TERMINATED || code < 200) return;
    if (code === 401 || code === 407) return this._close(C.SUBSCRIBE_AUTHENTICATION_FAILED);
    if (code >= 300) return this._close(C.SUBSCRIBE_NON_OK_RESPONSE);
    if (!this._accepted) {
      if (!response.hasHeader('contact')) return this._close(C.SUBSCRIBE_WRONG_OK_RESPONSE);
      this._accepted = true;
      this._id = response.call_id + response.from_tag + response.to_tag;
      this.emit('accepted');
      for (const [body, headers] of this._queue.splice(0)) this._again(body, headers);
    }
    const expires = parseInt(response.getHeader('expires') ?? '', 10);
    this._schedule(expires > 0 ? expires : C.DEFAULT_EXPIRES_SEC);
  }

  /** Hidden tabs are woken up to a minute late, so a long subscription is refreshed 70 s before its end at the latest. */
  _schedule(expires: number): void {
    const wait = expires >= 140 ? expires / 2 + Math.random() * (expires / 2 - 70) : expires - 5;
    this._expiresAt = Date.now() + expires * 1000;
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this._again(null, this._headers), wait * 1000);
  }

  _close(code: number, reason?: string, retryAfter?: number): void {
    if (this._state === C.STATE_TERMINATED) return;
    this._state = C.STATE_TERMINATED;
    clearTimeout(this._timer);
    this._ua._dialogs.delete(this._handle);
    this._id = null;
    this.emit('terminated', code, reason, retryAfter);
  }
}

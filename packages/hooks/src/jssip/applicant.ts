import { EventEmitter } from './emitter.js';
import { NotSupportedError } from './exceptions.js';
import type { IncomingRequest, IncomingResponse } from './incoming.js';
import type { NameAddrHeader } from './name-addr.js';
import type { OutgoingRequest } from './outgoing.js';
import { failureCause, type Outcome } from './requester.js';
import { cloneArray, sipErrorCause } from './text.js';
import type { UA } from './ua.js';
import { URI } from './uri.js';

export interface SucceededEvent {
  originator: 'local' | 'remote';
  response: IncomingResponse;
}

export interface FailedEvent {
  originator: 'local' | 'remote' | 'system';
  /** `null` where none came. */
  response: IncomingResponse | null;
  cause: string;
}

export interface MessageEventMap {
  succeeded: (event: SucceededEvent) => void;
  failed: (event: FailedEvent) => void;
}

/** Who it comes from, where that is not the user agent's own name. */
export interface FromOptions {
  /** Another user of our domain than ours. */
  fromUserName?: string;
  fromDisplayName?: string;
}

export interface SendOptions extends FromOptions {
  contentType?: string;
  extraHeaders?: string[];
  eventHandlers?: Partial<MessageEventMap>;
}

export interface AcceptOptions {
  extraHeaders?: string[];
  body?: string;
}

export interface RejectOptions extends AcceptOptions {
  /** 300 to 699; 480 if absent. */
  status_code?: number;
  reason_phrase?: string;
}

/** A request outside any call that is answered once: MESSAGE or OPTIONS. */
export abstract class Applicant extends EventEmitter<MessageEventMap> {
  _ua: UA;
  _request: IncomingRequest | OutgoingRequest | undefined;
  _closed = false;
  _is_replied = false;
  _direction: 'incoming' | 'outgoing' | null = null;
  _data: Record<string, unknown> = {};

  abstract readonly _name: 'Message' | 'Options';
  abstract readonly _contentType: string;
  abstract _announce(originator: 'local' | 'remote', request: IncomingRequest | OutgoingRequest): void;

  constructor(ua: UA) {
    super();
    this._ua = ua;
  }

  get direction(): 'incoming' | 'outgoing' | null {
    return this._direction;
  }

  get local_identity(): NameAddrHeader | null {
    return this._request ? (this._direction === 'incoming' ? this._request.to : this._request.from) : null;
  }

  get remote_identity(): NameAddrHeader | null {
    return this._request ? (this._direction === 'incoming' ? this._request.from : this._request.to) : null;
  }

  get _remote_identity(): NameAddrHeader | null {
    return this.remote_identity;
  }

  _transmit(target: string | URI, body: string | null | undefined, options: SendOptions = {}): void {
    const uri = this._ua.normalizeTarget(target);
    if (!uri) throw new TypeError(`Invalid target: ${target}`);
    const headers = [...cloneArray(options.extraHeaders), ...this._ua._preferred(options)];
    for (const [event, listener] of Object.entries(options.eventHandlers ?? {}))
      this.on(event as keyof MessageEventMap, listener);
    headers.push(`Content-Type: ${options.contentType || this._contentType}`);
    const outcome: Outcome = {
      response: (response) => {
        if (this._closed || response.status_code < 200) return;
        if (response.status_code < 300) this._end('succeeded', { originator: 'remote', response });
        else this._end('failed', { originator: 'remote', response, cause: sipErrorCause(response.status_code) });
      },
      failed: (why) => {
        if (!this._closed) this._end('failed', { originator: 'system', response: null, cause: failureCause(why) });
      },
    };
    const spec = { method: this._name.toUpperCase(), target: String(uri), ...this._ua._from(options) };
    const prepared = this._ua._requester().prepare(spec, headers, body || undefined, outcome);
    this._request = prepared.request;
    this._direction = 'outgoing';
    this._announce('local', this._request);
    prepared.send();
  }

  init_incoming(request: IncomingRequest): void {
    this._request = request;
    this._direction = 'incoming';
    this._announce('remote', request);
    if (!this._is_replied) {
      this._is_replied = true;
      request.reply(200);
    }
    this._closed = true;
  }

  /** 200. */
  accept({ extraHeaders, body }: AcceptOptions = {}): void {
    this._reply('accept', 200, null, extraHeaders, body);
  }

  reject({ status_code, reason_phrase, extraHeaders, body }: RejectOptions = {}): void {
    this._reply('reject', status_code || 480, reason_phrase, extraHeaders, body);
  }

  close(): void {
    this._closed = true;
  }

  _reply(how: string, code: number, reason?: string | null, headers?: string[], body?: string): void {
    if (this._direction !== 'incoming')
      throw new NotSupportedError(`"${how}" not supported for outgoing ${this._name}`);
    if (this._is_replied) throw new Error(`incoming ${this._name} already replied`);
    if (how === 'reject' && (code < 300 || code >= 700)) throw new TypeError(`Invalid status_code: ${code}`);
    this._is_replied = true;
    (this._request as IncomingRequest).reply(code, reason, headers, body);
  }

  _end<E extends keyof MessageEventMap>(event: E, payload: Parameters<MessageEventMap[E]>[0]): void {
    this._closed = true;
    (this as EventEmitter<any>).emit(event, payload);
  }
}

export class Message extends Applicant {
  readonly _name = 'Message';
  readonly _contentType = 'text/plain';

  send(target: string | URI, body: string, options?: SendOptions): void {
    if (target === undefined || body === undefined) throw new TypeError('Not enough arguments');
    this._transmit(target, body, options);
  }

  _announce(originator: 'local' | 'remote', request: IncomingRequest | OutgoingRequest): void {
    this._ua.emit('newMessage', { originator, message: this, request });
  }
}

export class Options extends Applicant {
  readonly _name = 'Options';
  readonly _contentType = 'application/sdp';

  send(target: string | URI, body?: string, options?: SendOptions): void {
    if (target === undefined) throw new TypeError('A target is required for OPTIONS');
    this._transmit(target, body, options);
  }

  _announce(originator: 'local' | 'remote', request: IncomingRequest | OutgoingRequest): void {
    this._ua.emit('newOptions', { originator, message: this, request });
  }
}

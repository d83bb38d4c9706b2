import { C } from './constants.js';
import { EventEmitter } from './emitter.js';
import { Grammar, type StartLine } from './grammar.js';
import type { IncomingRequest, IncomingResponse } from './incoming.js';
import type { RTCSession } from './session.js';
import { cloneArray, reasonPhrase } from './text.js';
import type { URI } from './uri.js';

interface NotifyEvent {
  request: IncomingRequest;
  status_line: StartLine;
}

export interface ReferEventMap {
  requestSucceeded: (event: { response: IncomingResponse }) => void;
  requestFailed: (event: { response: IncomingResponse | null; cause: string }) => void;
  trying: (event: NotifyEvent) => void;
  progress: (event: NotifyEvent) => void;
  accepted: (event: NotifyEvent) => void;
  failed: (event: NotifyEvent) => void;
  /** REFER went out again with credentials; `id` has changed. */
  authenticated: () => void;
}

export interface ReferOptions {
  extraHeaders?: string[];
  eventHandlers?: Partial<ReferEventMap>;
  /** The other end of this call is what the far end is to talk to. */
  replaces?: RTCSession;
}

/** What becomes of a transfer that we asked for. */
export class ReferSubscriber extends EventEmitter<ReferEventMap> {
  _session: RTCSession;
  _id: number | null = null;

  constructor(session: RTCSession) {
    super();
    this._session = session;
  }

  /** REFER's number, by which its NOTIFYs are known. */
  get id(): number | null {
    return this._id;
  }

  sendRefer(target: URI, { extraHeaders, eventHandlers, replaces }: ReferOptions = {}): void {
    for (const [event, listener] of Object.entries(eventHandlers ?? {}))
      this.on(event as keyof ReferEventMap, listener as never);
    const { uri } = this._session._ua.configuration;
    const query = replaces ? `?Replaces=${encodeURIComponent(replaces._replaces())}` : '';
    const headers = [...cloneArray(extraHeaders), `Refer-To: <${target}${query}>`];
    if (!headers.some((header) => /^referred-by:/i.test(header))) headers.push(`Referred-By: <${uri.toAor()}>`);
    const failed = (cause: string, response: IncomingResponse | null = null) =>
      this.emit('requestFailed', { response, cause });
    const request = this._session.sendRequest('REFER', {
      extraHeaders: [...headers, `Contact: ${this._session.contact}`],
      eventHandlers: {
        onSuccessResponse: (response) => this.emit('requestSucceeded', { response }),
        onErrorResponse: (response) => failed(C.causes.REJECTED, response),
        onTransportError: () => failed(C.causes.CONNECTION_ERROR),
        onRequestTimeout: () => failed(C.causes.REQUEST_TIMEOUT),
        onDialogError: () => failed(C.causes.DIALOG_ERROR),
        onAuthenticated: ({ cseq }) => {
          this._id = cseq;
          this.emit('authenticated');
        },
      },
    });
    this._id = request?.cseq ?? null;
  }

  receiveNotify(request: IncomingRequest): void {
    const line = Grammar.parse(request.body.trim().split('\r\n', 1)[0] ?? '', 'Status_Line') as StartLine | -1;
    if (line === -1 || !line.status_code) return;
    const code = line.status_code;
    const event = code === 100 ? 'trying' : code < 200 ? 'progress' : code < 300 ? 'accepted' : 'failed';
    this.emit(event, { request, status_line: line });
  }
}

/** Tells who asked us to call somebody what becomes of it. */
export class ReferNotifier {
  readonly #session: RTCSession;
  readonly #id: number;
  #active = true;

  constructor(session: RTCSession, id: number) {
    this.#session = session;
    this.#id = id;
    this.notify(100);
  }

  notify(code: number, reason?: string): void {
    if (!this.#active || this.#session.isEnded()) return;
    const state = code >= 200 ? 'terminated;reason=noresource' : 'active;expires=300';
    this.#session.sendRequest('NOTIFY', {
      extraHeaders: [
        `Event: refer;id=${this.#id}`,
        `Subscription-State: ${state}`,
        'Content-Type: message/sipfrag;version=2.0',
      ],
      body: `SIP/2.0 ${code} ${reason || reasonPhrase(code)}`,
      eventHandlers: { onErrorResponse: () => (this.#active = false) },
    });
  }
}

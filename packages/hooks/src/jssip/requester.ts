import { C } from './constants.js';
import type { IncomingResponse } from './incoming.js';
import { OutgoingRequest } from './outgoing.js';
import type { EnginePort, Failure, RequestHandle, RequestSpec } from './port.js';

/** What becomes of a request of ours. */
export interface Outcome {
  /** Every response. */
  response?(response: IncomingResponse): void;
  failed?(why: Failure): void;
  /** It goes out again, with credentials or another CSeq. */
  resent?(request: OutgoingRequest): void;
}

/** A request that can be looked at and changed before it is sent. */
export interface Prepared {
  handle: RequestHandle;
  request: OutgoingRequest;
  send(): void;
}

/** JsSIP's cause of no response. */
export const failureCause = (why: Failure): string =>
  ({ timeout: C.causes.REQUEST_TIMEOUT, transport: C.causes.CONNECTION_ERROR, dialog: C.causes.DIALOG_ERROR })[why];

/** Requests of ours, and what becomes of them. */
export class Requester {
  readonly #port: EnginePort;
  readonly #pending = new Map<RequestHandle, { request: OutgoingRequest; outcome: Outcome }>();

  constructor(port: EnginePort) {
    this.#port = port;
  }

  prepare(spec: RequestSpec, headers: readonly string[], body: string | null | undefined, outcome: Outcome): Prepared {
    const { handle, text } = this.#port.request(spec);
    const request = new OutgoingRequest(text, headers, body);
    this.#pending.set(handle, { request, outcome });
    return { handle, request, send: () => this.#port.send(handle, request._lines(), request.body ?? null) };
  }

  send(spec: RequestSpec, headers: readonly string[], body: string | null | undefined, outcome: Outcome): Prepared {
    const prepared = this.prepare(spec, headers, body, outcome);
    prepared.send();
    return prepared;
  }

  responded(handle: RequestHandle, response: IncomingResponse): void {
    const pending = this.#pending.get(handle);
    if (response.status_code >= 200) this.#pending.delete(handle);
    pending?.outcome.response?.(response);
  }

  failed(handle: RequestHandle, why: Failure): void {
    const pending = this.#pending.get(handle);
    this.#pending.delete(handle);
    pending?.outcome.failed?.(why);
  }

  resent(handle: RequestHandle, text: string): void {
    const pending = this.#pending.get(handle);
    if (!pending) return;
    pending.request._resent(text);
    pending.outcome.resent?.(pending.request);
  }
}

// What the facade asks of the engine, and what it hears from it.
//
// The engine owns everything that is SIP: transactions, dialogs (one early dialog per fork), authentication, glare,
// CANCEL races, retransmission, session timers, registration. The facade owns JsSIP's objects, the sockets, the peer
// connections, offers and answers, and the words that applications read.
//
// Rules:
// - Every method runs to its end, and the events that it causes are delivered before it returns. A listener may call
//   any method; what that causes is delivered at once too.
// - Messages that came are handed over as they were read. One of ours is shown as its text before it is sent
//   (`Draft`), since applications read it and change it.
// - Handles are chosen by the engine, are above 0 and are never used twice.
// - Times are seconds unless a name says otherwise.

import type { IncomingRequest, IncomingResponse } from './incoming.js';

/** A dialog: a call, or a request of ours or theirs that made one (SUBSCRIBE, REFER outside a dialog). */
export type DialogHandle = number;

/** A request, ours or theirs, until its final response. */
export type RequestHandle = number;

/** Who we are, as it is at the moment: names, credentials and `extraHeaders` may change. */
export interface Account {
  /** `sip:alice@example.com`: From, and To of REGISTER. */
  uri: string;
  displayName: string | null;
  /** Digest user name. */
  authorizationUser: string;
  password: string | null;
  realm: string | null;
  ha1: string | null;
  /** Sent as it is in Authorization of every request; no digest then. */
  authorizationJwt: string | null;
  /** Without `<>`. */
  contactUri: string;
  viaHost: string;
  instanceId: string;
  registrarServer: string;
  registerExpires: number;
  /** First part of every Call-ID, by which a request of our own is known that came back (482). */
  callIdPrefix: string;
  userAgent: string;
  usePreloadedRoute: boolean;
  sessionTimers: boolean;
  /** Of our refreshes. */
  refreshMethod: 'INVITE' | 'UPDATE';
  forceRefresher: boolean;
  noAnswerTimeout: number;
  /** Header lines for every request and response. */
  extraHeaders: readonly string[] | null;
  /** Of Allow. */
  allowedMethods: string;
  /** The registrar's; empty where it gave none. */
  pubGruu: string;
  tempGruu: string;
}

/** A request of ours before it is sent: its text has no branch, no body and none of the caller's headers yet. */
export interface Draft {
  handle: RequestHandle;
  text: string;
}

export interface RequestSpec {
  method: string;
  /** Inside this dialog; `target` and the addresses below are then the dialog's. */
  dialog?: DialogHandle;
  /** Request-URI, and To unless `toUri` says otherwise. */
  target?: string;
  fromUri?: string;
  fromDisplayName?: string;
  fromTag?: string;
  toUri?: string;
  toDisplayName?: string;
  callId?: string;
  cseq?: number;
}

export interface CallSpec {
  target: string;
  fromUri?: string;
  fromDisplayName?: string;
  /** `Anonymous`, Privacy and a Contact that does not tell. */
  anonymous: boolean;
  /** Session-Expires to ask for. */
  sessionExpires: number;
}

export interface RegisterSpec {
  /** Appended to From's tag. */
  fromTagTrail: string;
  headers: readonly string[];
  /** `;name=value…`, after Contact's own. */
  contactParams: string;
}

/** How a call is ended. What of it goes out depends on the call's state. */
export interface EndSpec {
  /** The response's, or said in the Reason header of CANCEL and BYE. */
  statusCode?: number | undefined;
  reasonPhrase?: string | undefined;
  /** `ended` repeats these two. */
  cause: string;
  originator: Originator;
  headers: readonly string[];
  body?: string | undefined;
}

export interface EnginePort {
  /** Hears everything; set once, before anything else is called. */
  onEvent: (event: EngineEvent) => void;

  // The one flow. The facade chooses sockets and connects again.
  /** `viaTransport`: `WS`, `WSS`, `UDP` … for Via. `sipUri`: for a preloaded Route. */
  connected(viaTransport: string, sipUri: string): void;
  received(text: string): void;
  /** Pending requests fail (`transport`); calls live on, ringing ones end. */
  disconnected(): void;

  /** Nothing while a REGISTER is under way. */
  register(spec: RegisterSpec): void;
  /** `all`: `Contact: *`. */
  unregister(spec: RegisterSpec, all: boolean): void;

  /** Whether anything is under way whose end is worth waiting for before the socket closes. */
  busy(): boolean;
  /** While on, incoming requests are not answered. */
  quiet(on: boolean): void;

  // Requests other than INVITE.
  request(spec: RequestSpec): Draft;
  /** The draft with these header lines after its own, and this body. */
  send(handle: RequestHandle, headers: readonly string[], body: string | null): void;
  /**
   * Answers a request of theirs. The engine adds what the method and the status ask for (Record-Route, To's tag,
   * Supported, Allow, Accept, Session-Expires, Content-Type and Content-Length). A 2xx to SUBSCRIBE makes the dialog
   * `handle`. Whether it went out: not after a final response, nor without a connection.
   */
  reply(
    handle: RequestHandle,
    statusCode: number,
    reasonPhrase: string,
    headers: readonly string[],
    body: string | null,
    /** Of To where the request has none; empty for one of the engine's. */
    toTag: string,
  ): boolean;
  /** Without a transaction. */
  replyStateless(request: IncomingRequest, statusCode: number, reasonPhrase: string): boolean;

  // Calls. The facade makes offers and answers by itself, and hands them over.
  /** INVITE's draft; its handle is the call's. Nothing is sent. */
  call(spec: CallSpec): Draft;
  /** Sends it. */
  invite(call: DialogHandle, headers: readonly string[], sdp: string): void;
  /** 180; again every 60 s. */
  ring(call: DialogHandle, headers: readonly string[]): void;
  /**
   * 200, again until it is acknowledged. `sdp` is an answer, or an offer where INVITE had none. Whether it went out.
   */
  accept(call: DialogHandle, headers: readonly string[], sdp: string, sessionExpires: number): boolean;
  /** Refuses, cancels or hangs up: what ending means in the call's state. `ended` is heard at once. */
  end(call: DialogHandle, spec: EndSpec): void;
  /** A new offer of ours; `renegotiated` says how it went. Sent again by the rules where it glares (491). */
  offer(call: DialogHandle, method: 'INVITE' | 'UPDATE', headers: readonly string[], sdp: string): void;
  /** Whether requests can be sent inside it. */
  inDialog(dialog: DialogHandle): boolean;
  /** Whether an offer, ours or theirs, is under way. */
  offering(call: DialogHandle): boolean;
  /** What came of `answer`: it was applied. */
  applied(call: DialogHandle): void;
  /** It could not be: ends the call as it begins (BYE with this in Reason), only the offer later. */
  notApplied(call: DialogHandle, statusCode: number, cause: string): void;
}

export type Originator = 'local' | 'remote' | 'system';

/** Why a request of ours has no response. */
export type Failure = 'timeout' | 'transport' | 'dialog';

export type EngineEvent =
  /** One frame to send at once. `false` is told by `disconnected`. */
  | { type: 'send'; text: string }

  // Requests.
  /** Every response to a request of ours but 401 and 407 that were answered. */
  | { type: 'response'; request: RequestHandle; message: IncomingResponse }
  | { type: 'noResponse'; request: RequestHandle; why: Failure }
  /** Sent again, with credentials or after 491: its new text. */
  | { type: 'resent'; request: RequestHandle; text: string }
  /**
   * A request of theirs that the facade must answer: every one outside a dialog but INVITE, CANCEL, ACK; inside one
   * INFO, MESSAGE, NOTIFY, OPTIONS, REFER, SUBSCRIBE and those unknown. `dialog` is 0 outside.
   */
  | { type: 'request'; request: RequestHandle; dialog: DialogHandle; message: IncomingRequest }

  // Calls.
  /**
   * INVITE. 100 went out; nothing else does until `ring`, `accept` or `end`. `call` is also its request's handle
   * (`reply`). `tag` is ours. `replaces`: the call that a Replaces header names, else 0; one that names none was refused (481).
   */
  | { type: 'incoming'; call: DialogHandle; message: IncomingRequest; tag: string; replaces: DialogHandle }
  /** 1xx, also 100; not one of the others without a tag. Where it had a description, that was applied first. */
  | { type: 'progress'; call: DialogHandle; message: IncomingResponse }
  /**
   * Their answer, to be applied: in a 1xx or 2xx to INVITE, an ACK, a response to our new offer. Then `applied` or
   * `notApplied`; what follows from it waits.
   */
  | { type: 'answer'; call: DialogHandle; sdp: string }
  /** Our INVITE was answered, the answer applied, and it was acknowledged. */
  | { type: 'answered'; call: DialogHandle; message: IncomingResponse }
  /** ACK of a 200 of ours, the first or one to a new offer; its description was applied. */
  | { type: 'acknowledged'; call: DialogHandle; message: IncomingRequest }
  /** It was never established (`failed`) or is over. `message`: what said so. */
  | {
      type: 'ended';
      call: DialogHandle;
      failed: boolean;
      originator: Originator;
      cause: string;
      message: IncomingRequest | IncomingResponse | null;
    }
  /**
   * A re-INVITE or UPDATE, to be answered by `reply`; Contact and Session-Expires are the engine's. One that glares
   * was answered (491, 500) and is not heard of, nor is one before the call is confirmed (403).
   */
  | { type: 'reoffered'; call: DialogHandle; request: RequestHandle; message: IncomingRequest }
  /** How `offer` went. Where it failed, what was agreed on before still holds. */
  | { type: 'renegotiated'; call: DialogHandle; ok: boolean; message: IncomingResponse | null }
  /** The session must be refreshed by an offer: `offer` with INVITE. Refreshes by UPDATE are the engine's. */
  | { type: 'refresh'; call: DialogHandle }

  // Registration.
  /** Every 2xx; `first` where we were not registered before. */
  | { type: 'registered'; first: boolean; message: IncomingResponse; pubGruu: string; tempGruu: string }
  | { type: 'unregistered'; message: IncomingResponse | null; cause: string | null }
  | { type: 'registrationFailed'; message: IncomingResponse | null; cause: string }
  /** It is time to register again; the engine does not by itself. */
  | { type: 'registrationDue' }
  /** For `get('realm')` and `get('ha1')`. */
  | { type: 'authenticated'; realm: string; ha1: string }

  /** For `newTransaction` and `transactionDestroyed`: `ict`, `nict`, `ist` or `nist`, and its branch. */
  | { type: 'transaction'; kind: string; branch: string; gone: boolean };

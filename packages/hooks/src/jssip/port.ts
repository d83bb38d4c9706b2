// What the facade asks of the engine, and what it hears from it.
//
// The engine owns everything that is SIP: transactions, dialogs (one early dialog per fork), authentication, glare,
// CANCEL races, retransmission, session timers, registration. The facade owns JsSIP's objects, the sockets, the peer
// connections and the words that applications read.
//
// Rules:
// - Every method runs to its end, and the events that it causes are delivered before it returns. A listener may call
//   any method; what that causes is delivered at once too.
// - Messages are handed over as their whole text. An outgoing one is shown before it is sent (`Draft`), since
//   applications read it and change it.
// - Handles are chosen by the engine, are above 0 and are never used twice.
// - Times are seconds unless a name says otherwise.

/** A dialog: a call, or a request of ours or theirs that made one (SUBSCRIBE, REFER outside a dialog). */
export type DialogHandle = number;

/** A request, ours or theirs, until its final response. */
export type RequestHandle = number;

/** Who we are. Everything is final but what {@link EnginePort.set} names. */
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
  extraHeaders: readonly string[];
  /** `outbound: false` etc. may come; KEEP of JsSIP: every request for `contactUri`'s user or `uri`'s is ours. */
  allowedMethods: string;
}

/** What may change while the engine runs. */
export type Setting =
  'displayName' | 'authorizationUser' | 'password' | 'realm' | 'ha1' | 'authorizationJwt' | 'extraHeaders';

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

/** JsSIP's `terminate(options)`, already checked. */
export interface EndSpec {
  statusCode?: number;
  reasonPhrase?: string;
  cause?: string;
  headers: readonly string[];
  body?: string;
}

export interface RenegotiateSpec {
  method: 'INVITE' | 'UPDATE';
  headers: readonly string[];
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

  set(setting: Setting, value: string | readonly string[] | null): void;

  /** Nothing while a REGISTER is under way. */
  register(spec: RegisterSpec): void;
  /** `all`: `Contact: *`. */
  unregister(spec: RegisterSpec, all: boolean): void;

  /** Whether anything is under way whose end is worth waiting for before the socket closes. */
  busy(): boolean;
  /** Incoming requests are ignored until `resume`. */
  quiet(on: boolean): void;

  // Requests other than INVITE.
  request(spec: RequestSpec): Draft;
  /** The draft with these header lines after its own, and this body. */
  send(handle: RequestHandle, headers: readonly string[], body: string | null): void;
  /**
   * Answers a request of theirs. The engine adds what the method and the status ask for (Record-Route, To's tag,
   * Supported, Allow, Accept, Session-Expires, Content-Type and Content-Length). A 2xx to SUBSCRIBE makes the dialog
   * `handle`. After a final response nothing happens.
   */
  reply(
    handle: RequestHandle,
    statusCode: number,
    reasonPhrase: string,
    headers: readonly string[],
    body: string | null,
  ): void;
  /** Without a transaction: 404 to who is not for us. */
  replyStateless(text: string, statusCode: number, reasonPhrase: string): void;

  // Calls.
  /** Its first `offer` is asked for at once; INVITE goes out when that is described. */
  call(spec: CallSpec): Draft;
  /** 180; again every 60 s. */
  ring(call: DialogHandle, headers: readonly string[]): void;
  /** Asks for an `answer`, or an `offer` where INVITE had none; the 200 goes out when that is described. */
  answer(call: DialogHandle, headers: readonly string[], sessionExpires: number): void;
  /** Refuses, cancels or hangs up: what ending means in the call's state. `ended` is heard at once. */
  end(call: DialogHandle, spec: EndSpec): void;
  /** A new offer of ours; `renegotiated` says how it went. */
  renegotiate(call: DialogHandle, spec: RenegotiateSpec): void;
  /** Whether an offer, ours or theirs, is under way. */
  offering(call: DialogHandle): boolean;
  /** Decides on `reoffered`. Accepting asks for an `answer` (or `offer`), unless there is no session description. */
  accept(call: DialogHandle, request: RequestHandle): void;

  // What came of a `media` event.
  /** Our description. `headers` are the application's, for INVITE (`sending`). */
  described(call: DialogHandle, sdp: string, headers: readonly string[]): void;
  /** Theirs was applied. */
  applied(call: DialogHandle): void;
  /** It could not be done: what is answered to it, or said in BYE's Reason, and the cause of the call's end. */
  failed(call: DialogHandle, statusCode: number, cause: string, originator: Originator): void;

  /** Frees the machine. */
  close(): void;
}

export type Originator = 'local' | 'remote' | 'system';

/** Why a request of ours has no response. */
export type Failure = 'timeout' | 'transport' | 'dialog';

export type EngineEvent =
  /** One frame to send at once. `false` is told by `disconnected`. */
  | { type: 'send'; text: string }

  // Requests.
  /** Every response to a request of ours but 401 and 407 that were answered. */
  | { type: 'response'; request: RequestHandle; text: string }
  | { type: 'noResponse'; request: RequestHandle; why: Failure }
  /** Sent again, with credentials or after 491: its new text. */
  | { type: 'resent'; request: RequestHandle; text: string }
  /**
   * A request of theirs that the facade must answer: every one outside a dialog but INVITE, CANCEL, ACK; inside one
   * INFO, MESSAGE, NOTIFY, OPTIONS, REFER, SUBSCRIBE and those unknown. `dialog` is 0 outside.
   */
  | { type: 'request'; request: RequestHandle; dialog: DialogHandle; text: string }

  // Calls.
  /**
   * INVITE. 100 went out; nothing else does until `ring`, `answer` or `end`. `call` is also its request's handle
   * (`reply`). `replaces`: the call that a Replaces header names, else 0; one that names none was refused (481).
   */
  | { type: 'incoming'; call: DialogHandle; text: string; replaces: DialogHandle }
  /** 1xx; where it had a description, that was applied first. */
  | { type: 'progress'; call: DialogHandle; text: string }
  /** A 200 went out (`text` is empty) or came. In the second case it was acknowledged. */
  | { type: 'answered'; call: DialogHandle; text: string }
  /** ACK of our first 200; its description was applied. */
  | { type: 'confirmed'; call: DialogHandle; text: string }
  /** It was never established (`failed`) or is over. `text`: the message that said so, or empty. */
  | {
      type: 'ended';
      call: DialogHandle;
      failed: boolean;
      originator: Originator;
      cause: string;
      text: string;
    }
  /** A re-INVITE or UPDATE: `accept` or `reply`. One that glares was answered (491, 500) and is not heard of. */
  | { type: 'reoffered'; call: DialogHandle; request: RequestHandle; text: string }
  /** How `renegotiate` or a refresh of the engine's went. What was agreed on before still holds if it failed. */
  | { type: 'renegotiated'; call: DialogHandle; ok: boolean; text: string }
  /**
   * A step on the call's peer connection, done in the order given; then `described`, `applied` or `failed`.
   * `rollback` and `close` are not answered.
   */
  | {
      type: 'media';
      call: DialogHandle;
      step: 'offer' | 'answer' | 'apply' | 'rollback' | 'close';
      /** Theirs, for `answer` and `apply`. */
      sdp: string;
    }

  // Registration.
  /** Every 2xx; `first` where we were not registered before. */
  | { type: 'registered'; first: boolean; text: string; pubGruu: string; tempGruu: string }
  | { type: 'unregistered'; text: string; cause: string | null }
  | { type: 'registrationFailed'; text: string; cause: string }
  /** It is time to register again; the engine does not by itself. */
  | { type: 'registrationDue' }
  /** For `get('realm')` and `get('ha1')`. */
  | { type: 'authenticated'; realm: string; ha1: string }

  /** For `newTransaction` and `transactionDestroyed`: `ict`, `nict`, `ist` or `nist`, and its branch. */
  | { type: 'transaction'; kind: string; branch: string; gone: boolean };

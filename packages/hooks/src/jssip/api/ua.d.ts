import { EventEmitter } from './emitter.js';
import type { Message, Options, SendMessageOptions } from './message.js';
import type { IncomingRequest } from './messages.js';
import type { Notifier } from './notifier.js';
import type { AnswerOptions, RTCSession, TerminateOptions } from './session.js';
import type { RTCSessionEventMap } from './session-events.js';
import type { Socket, Transport, WeightedSocket } from './sockets.js';
import type { Subscriber } from './subscriber.js';
import type { UAEventMap } from './ua-events.js';
import type { URI } from './values.js';

/** What `new UA()` takes. What is empty (`null`, `''`, `[]`, `NaN`) is as if it were not given. */
export interface UAConfiguration {
  sockets: Socket | (Socket | WeightedSocket)[];
  /** `sip:alice@example.com`; `sip:` may be left out. */
  uri: string;
  /** Sent as it is in Authorization. */
  authorization_jwt?: string;
  /** Digest user name; the URI's user if absent. */
  authorization_user?: string;
  /** Seconds, as the next. */
  connection_recovery_max_interval?: number;
  connection_recovery_min_interval?: number;
  contact_uri?: string;
  display_name?: string;
  instance_id?: string;
  /** Seconds until a call that nobody answers is refused. */
  no_answer_timeout?: number;
  session_timers?: boolean;
  session_timers_refresh_method?: string;
  session_timers_force_refresher?: boolean;
  password?: string;
  realm?: string;
  /** Instead of a password: MD5 of `user:realm:password`. */
  ha1?: string;
  register?: boolean;
  /** Seconds; 0 asks for none. */
  register_expires?: number;
  register_from_tag_trail?: string | (() => string);
  registrar_server?: string;
  use_preloaded_route?: boolean;
  user_agent?: string;
  /** Header lines for every request and response. */
  extra_headers?: string[];
  /** Not JsSIP's: milliseconds after which a call goes out with the candidates that there are; 0 waits for all. */
  ice_gathering_timeout?: number;
}

/** The configuration as a user agent has it. Only what may change is writable. */
export interface UASettings {
  authorization_user: string;
  password: string | null;
  realm: string | null;
  ha1: string | null;
  authorization_jwt: string | null;
  display_name: string | null;
  register: boolean;
  extra_headers: string[] | null;
  readonly uri: URI;
  readonly contact_uri: URI;
  readonly registrar_server: URI;
  readonly instance_id: string;
  readonly via_host: string;
  readonly hostport_params: string;
  /** How our Call-IDs begin. */
  readonly jssip_id: string;
  readonly use_preloaded_route: boolean;
  readonly session_timers: boolean;
  readonly session_timers_refresh_method: string;
  readonly session_timers_force_refresher: boolean;
  /** Milliseconds. */
  readonly no_answer_timeout: number;
  readonly register_expires: number;
  readonly register_from_tag_trail: string | (() => string);
  readonly connection_recovery_min_interval: number;
  readonly connection_recovery_max_interval: number;
  readonly ice_gathering_timeout: number;
}

export interface UnRegisterOptions {
  /** What other pages registered too. */
  all?: boolean;
}

export interface CallOptions extends AnswerOptions {
  eventHandlers?: Partial<RTCSessionEventMap>;
  anonymous?: boolean;
  /** Another user of our domain than ours. */
  fromUserName?: string;
  fromDisplayName?: string;
}

export interface UAContactOptions {
  anonymous?: boolean;
  outbound?: boolean;
}

/** Our address as others see it. */
export interface UAContact {
  pub_gruu?: string;
  temp_gruu?: string;
  /** A `URI`, whatever this says: jssip's type. */
  uri?: string;
  toString(options?: UAContactOptions): string;
}

export interface RequestParams {
  from_uri: URI;
  from_display_name?: string;
  from_tag: string;
  to_uri: URI;
  to_display_name?: string;
  to_tag?: string;
  call_id: string;
  cseq: number;
}

export interface SubscriberParams {
  from_uri: URI;
  from_display_name?: string;
  to_uri: URI;
  to_display_name?: string;
}

export interface SubscriberOptions {
  /** Seconds. */
  expires?: number;
  /** Of SUBSCRIBE's body. */
  contentType?: string;
  allowEvents?: string;
  /** Instead of the user agent's addresses. */
  params?: Partial<SubscriberParams> & { cseq?: number };
  extraHeaders?: string[];
}

export interface NotifierOptions {
  allowEvents?: string;
  extraHeaders?: string[];
  /** Until `setActiveState()`. */
  pending?: boolean;
  /** Seconds, where SUBSCRIBE asks for none; 900 if absent. */
  defaultExpires?: number;
}

export type ExtraContactParams = Record<string, string | number | boolean>;

/** The user agent's registration. */
export class Registrator {
  constructor(ua: UA, transport?: Transport);
  get registered(): boolean;
  /** Of every REGISTER from now on. */
  setExtraHeaders(extraHeaders: string[]): void;
  /** Of the Contact in every REGISTER from now on; a value that is empty makes a flag. */
  setExtraContactParams(extraContactParams: ExtraContactParams): void;
  register(): void;
  unregister(options?: UnRegisterOptions): void;
  close(): void;
}

declare enum UAStatus {
  STATUS_INIT = 0,
  STATUS_READY = 1,
  STATUS_USER_CLOSED = 2,
  STATUS_NOT_READY = 3,
  CONFIGURATION_ERROR = 1,
  NETWORK_ERROR = 2,
}

/** A SIP user agent. */
export class UA extends EventEmitter<UAEventMap> {
  /** Throws `ConfigurationError`. Nothing is connected until `start()`. */
  constructor(configuration: UAConfiguration);
  static get C(): typeof UAStatus;
  get C(): typeof UAStatus;
  get status(): UAStatus;
  get contact(): UAContact;
  get configuration(): UASettings;
  get transport(): Transport;
  /** Connects, and registers if so configured. Also after `stop()`. */
  start(): void;
  /** Unregisters, ends every call, and disconnects. */
  stop(): void;
  register(): void;
  unregister(options?: UnRegisterOptions): void;
  registrator(): Registrator;
  /** Throws where the target is none or the page has no WebRTC. */
  call(target: string | URI, options?: CallOptions): RTCSession;
  sendMessage(target: string | URI, body: string, options?: SendMessageOptions): Message;
  sendOptions(target: string | URI, body?: string | null, options?: SendMessageOptions): Options;
  subscribe(target: string, eventName: string, accept: string, options?: SubscriberOptions): Subscriber;
  notify(subscribe: IncomingRequest, contentType: string, options?: NotifierOptions): Notifier;
  terminateSessions(options?: TerminateOptions): void;
  isRegistered(): boolean;
  isConnected(): boolean;
  /** A SIP URI of what a person wrote. */
  normalizeTarget(target: string | URI): URI | undefined;
  /** `authorization_user`, `realm`, `ha1`, `authorization_jwt`; `undefined` of the others. */
  get<T extends keyof UAConfiguration>(parameter: T): UAConfiguration[T];
  /** Whether it could be set. */
  set<T extends keyof UAConfiguration>(parameter: T, value: UAConfiguration[T]): boolean;
}

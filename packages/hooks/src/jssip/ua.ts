import { Agent } from './agent/agent.js';
import { type FromOptions, Message, Options, type SendOptions } from './applicant.js';
import { load, type UAConfiguration, type UASettings } from './config.js';
import { C as SIP_C } from './constants.js';
import { UAContact } from './contact.js';
import { logger } from './debug.js';
import { EventEmitter } from './emitter.js';
import type { IncomingRequest } from './incoming.js';
import { Notifier, type NotifierOptions } from './notifier.js';
import { type DialogHandle, type EngineEvent, type EnginePort, type RequestHandle } from './port.js';
import { Registrator } from './registrator.js';
import { Requester } from './requester.js';
import { type CallOptions, RTCSession, type TerminateOptions } from './session.js';
import { Subscriber, type SubscriberOptions } from './subscriber.js';
import { type ConnectedEvent, type DisconnectedEvent, Transport } from './transport.js';
import type { UAEventMap } from './ua-events.js';
import { URI } from './uri.js';
import { normalizeTarget } from './utils.js';

const log = logger('UA');

const C = {
  STATUS_INIT: 0,
  STATUS_READY: 1,
  STATUS_USER_CLOSED: 2,
  STATUS_NOT_READY: 3,
  CONFIGURATION_ERROR: 1,
  NETWORK_ERROR: 2,
} as const;

/** Whoever is inside a dialog. */
export interface DialogOwner {
  receiveRequest(request: IncomingRequest): void;
}

/** What may be changed later. */
const SETTINGS = /^(authorization_(user|jwt)|password|realm|ha1|display_name|extra_headers)$/;

/** How long the goodbyes of `stop()` may take, in milliseconds. */
const GOODBYE = 2000;

/** A SIP user agent. */
export class UA extends EventEmitter<UAEventMap> {
  static readonly C = C;

  _status: number = C.STATUS_INIT;
  _error: number | null = null;
  _configuration: UASettings;
  _dynConfiguration: { register?: boolean } = {};
  _transport: Transport;
  _contact: UAContact;
  // Functions, since applications keep user agents and calls in proxies (Vue's): those go through all that a property
  // holds, but not through what a function gives, and private fields cannot be read through them.
  _port: () => EnginePort;
  _requester: () => Requester;
  _registrator: Registrator;
  /** By their ids. */
  _sessions: Record<string, RTCSession> = {};
  _calls = new Map<DialogHandle, RTCSession>();
  _dialogs = new Map<DialogHandle, DialogOwner>();
  _data: Record<string, unknown> = {};
  _closeTimer: ReturnType<typeof setTimeout> | null = null;

  /** Throws `ConfigurationError`. Nothing is connected until {@link start}. */
  constructor(configuration: UAConfiguration) {
    if (!configuration) throw new TypeError('Not enough arguments');
    super();
    const [settings, sockets] = load(configuration);
    this._configuration = settings;
    this._contact = new UAContact(settings.contact_uri);
    const { connection_recovery_min_interval: min_interval, connection_recovery_max_interval: max_interval } = settings;
    this._transport = new Transport(sockets, { max_interval, min_interval });
    this._transport.onconnecting = (event) => this.emit('connecting', event);
    this._transport.onconnect = (event) => this._connected(event);
    this._transport.ondisconnect = (event) => this._disconnected(event);
    this._transport.ondata = ({ message }) => this._port().received(message);
    const port = new Agent(
      {
        // Applications write to the configuration too, where it lets them.
        get displayName() {
          return settings.display_name;
        },
        get authorizationUser() {
          return settings.authorization_user;
        },
        get password() {
          return settings.password;
        },
        get realm() {
          return settings.realm;
        },
        get ha1() {
          return settings.ha1;
        },
        get authorizationJwt() {
          return settings.authorization_jwt;
        },
        get extraHeaders() {
          return settings.extra_headers;
        },
        uri: String(settings.uri),
        contactUri: String(settings.contact_uri),
        viaHost: settings.via_host,
        instanceId: settings.instance_id,
        registrarServer: String(settings.registrar_server),
        registerExpires: settings.register_expires,
        callIdPrefix: settings.jssip_id,
        userAgent: settings.user_agent ?? SIP_C.USER_AGENT,
        usePreloadedRoute: settings.use_preloaded_route,
        sessionTimers: settings.session_timers,
        refreshMethod: settings.session_timers_refresh_method,
        forceRefresher: settings.session_timers_force_refresher,
        noAnswerTimeout: settings.no_answer_timeout / 1000,
        allowedMethods: SIP_C.ALLOWED_METHODS,
        pubGruu: '',
        tempGruu: '',
      },
      this,
    );
    port.onEvent = (event) => this._on(event);
    this._port = () => port;
    const requester = new Requester(port);
    this._requester = () => requester;
    this._registrator = new Registrator(this);
  }

  get C(): typeof C {
    return C;
  }

  get status(): number {
    return this._status;
  }

  get contact(): UAContact {
    return this._contact;
  }

  get configuration(): UASettings {
    return this._configuration;
  }

  get transport(): Transport {
    return this._transport;
  }

  /** Connects, and registers if so configured. Also after {@link stop}. */
  start(): void {
    if (this._status === C.STATUS_USER_CLOSED) {
      if (this._closeTimer !== null) {
        clearTimeout(this._closeTimer);
        this._closeTimer = null;
        this._transport.disconnect();
      }
      this._status = C.STATUS_INIT;
      this._port().quiet(false);
    }
    if (this._status === C.STATUS_INIT) this._transport.connect();
    this._dynConfiguration.register = this._configuration.register;
  }

  /** Unregisters, ends every call, and disconnects. */
  stop(): void {
    this._dynConfiguration = {};
    if (this._status === C.STATUS_USER_CLOSED) return;
    this._registrator.close();
    const sessions = Object.values(this._sessions);
    for (const session of sessions) {
      try {
        session.terminate();
      } catch {
        // It has ended.
      }
    }
    this._status = C.STATUS_USER_CLOSED;
    this._port().quiet(true);
    if (!sessions.length && !this._port().busy()) {
      this._transport.disconnect();
    } else {
      this._closeTimer = setTimeout(() => {
        this._closeTimer = null;
        this._transport.disconnect();
      }, GOODBYE);
    }
  }

  register(): void {
    this._dynConfiguration.register = true;
    this._registrator.register();
  }

  unregister(options?: { all?: boolean }): void {
    this._dynConfiguration.register = false;
    this._registrator.unregister(options);
  }

  registrator(): Registrator {
    return this._registrator;
  }

  isRegistered(): boolean {
    return this._registrator.registered;
  }

  isConnected(): boolean {
    return this._transport.isConnected();
  }

  /** Throws where the target is none or the page has no WebRTC. */
  call(target: string | URI, options?: CallOptions): RTCSession {
    const session = new RTCSession(this);
    session.connect(target, options);
    return session;
  }

  sendMessage(target: string | URI, body: string, options?: SendOptions): Message {
    const message = new Message(this);
    message.send(target, body, options);
    return message;
  }

  sendOptions(target: string | URI, body?: string, options?: SendOptions): Options {
    const message = new Options(this);
    message.send(target, body, options);
    return message;
  }

  subscribe(target: string, eventName: string, accept: string, options?: SubscriberOptions): Subscriber {
    return new Subscriber(this, target, eventName, accept, options);
  }

  notify(subscribe: IncomingRequest, contentType: string, options?: NotifierOptions): Notifier {
    return new Notifier(this, subscribe, contentType, options);
  }

  terminateSessions(options?: TerminateOptions): void {
    for (const session of Object.values(this._sessions)) if (!session.isEnded()) session.terminate(options);
  }

  /** A SIP URI of what a person wrote. */
  normalizeTarget(target: string | URI): URI | undefined {
    return normalizeTarget(target, this._configuration.hostport_params);
  }

  get(parameter: 'authorization_user' | 'realm' | 'ha1' | 'authorization_jwt'): string | null | undefined {
    if (/^(authorization_(user|jwt)|realm|ha1)$/.test(parameter)) return this._configuration[parameter];
    log.warn('get() | cannot get "%s" parameter in runtime', parameter);
    return undefined;
  }

  /** Whether it could be set. */
  set(parameter: string, value: unknown): boolean {
    if (!SETTINGS.test(parameter)) {
      log.warn('set() | cannot set "%s" parameter in runtime', parameter);
      return false;
    }
    const kept = /^(display|extra)/.test(parameter) ? value : String(value);
    Object.assign(this._configuration, { [parameter]: kept }, parameter === 'ha1' && { password: null });
    return true;
  }

  /** From of who calls as another. */
  _from({ fromUserName, fromDisplayName }: FromOptions): { fromUri?: string; fromDisplayName?: string } {
    return {
      ...(fromUserName && { fromUri: String(new URI('sip', fromUserName, this._configuration.uri.host)) }),
      ...(fromDisplayName && { fromDisplayName }),
    };
  }

  _preferred({ fromUserName }: FromOptions): string[] {
    return fromUserName ? [`P-Preferred-Identity: ${this._configuration.uri}`] : [];
  }

  _connected(event: ConnectedEvent): void {
    if (this._status === C.STATUS_USER_CLOSED) return;
    this._status = C.STATUS_READY;
    this._error = null;
    this._port().connected(this._transport.via_transport, this._transport.sip_uri);
    this.emit('connected', event);
    if (this._dynConfiguration.register) this._registrator.register();
  }

  _disconnected(event: DisconnectedEvent): void {
    this._port().disconnected();
    this.emit('disconnected', event);
    if (this._registrator._registered) {
      this._registrator._registered = false;
      this.emit('unregistered', {});
    }
    if (this._status !== C.STATUS_USER_CLOSED) {
      this._status = C.STATUS_NOT_READY;
      this._error = C.NETWORK_ERROR;
    }
  }

  _on(event: EngineEvent): void {
    switch (event.type) {
      case 'send':
        // A socket that cannot send is as good as none; it may be the next moment.
        if (this._transport.send(event.text) === false && this._transport.isConnected()) {
          this._port().disconnected();
          this._port().connected(this._transport.via_transport, this._transport.sip_uri);
        }
        return;
      case 'response':
        return this._requester().responded(event.request, event.message);
      case 'noResponse':
        return this._requester().failed(event.request, event.why);
      case 'resent':
        this._calls.get(event.request)?._resent(event.text);
        return this._requester().resent(event.request, event.text);
      case 'request': {
        const request = this._incoming(event.request, event.message);
        const owner = this._dialogs.get(event.dialog);
        return owner ? owner.receiveRequest(request) : this.receiveRequest(request);
      }
      case 'incoming':
        return this._invited(event.call, event.message, event.tag, event.replaces);
      case 'registered': {
        this._contact.pub_gruu = event.pubGruu || null;
        this._contact.temp_gruu = event.tempGruu || null;
        this._registrator._registered = true;
        if (event.first) this.emit('registered', { response: event.message });
        return;
      }
      case 'unregistered':
        this._registrator._registered = false;
        this.emit('unregistered', { response: event.message, cause: event.cause });
        return;
      case 'registrationFailed':
        this.emit('registrationFailed', { response: event.message, cause: event.cause });
        if (!this._registrator._registered) return;
        this._registrator._registered = false;
        this.emit('unregistered', { response: event.message, cause: event.cause });
        return;
      case 'registrationDue':
        if (this.listenerCount('registrationExpiring')) this.emit('registrationExpiring');
        else this._registrator.register();
        return;
      case 'authenticated':
        this._configuration.realm = event.realm;
        this._configuration.ha1 = event.ha1;
        return;
      case 'transaction':
        this.emit(event.gone ? 'transactionDestroyed' : 'newTransaction', {
          transaction: { type: event.kind, id: event.branch },
        });
        return;
      default:
        this._calls.get(event.call)?._on(event);
    }
  }

  _incoming(handle: RequestHandle, request: IncomingRequest): IncomingRequest {
    request._handle = handle;
    request._answer = (code, reason, headers, body) =>
      this._port().reply(handle, code, reason, headers, body, request.to_tag ?? '');
    request._stateless = (code, reason) => this._port().replyStateless(request, code, reason);
    return request;
  }

  /** A request that is in nobody's dialog. */
  receiveRequest(request: IncomingRequest): void {
    switch (request.method) {
      case SIP_C.OPTIONS:
        if (this.listenerCount('newOptions')) new Options(this).init_incoming(request);
        else request.reply(200);
        return;
      case SIP_C.MESSAGE:
        if (this.listenerCount('newMessage')) new Message(this).init_incoming(request);
        else request.reply(405);
        return;
      case SIP_C.NOTIFY:
        this.emit('sipEvent', { event: request.event, request });
        request.reply(200);
        return;
      case SIP_C.SUBSCRIBE:
        if (!this.listenerCount('newSubscribe')) request.reply(405);
        else Notifier.init_incoming(request, () => this.emit('newSubscribe', { event: request.event, request }));
        return;
      default:
        request.reply(405);
    }
  }

  _invited(call: DialogHandle, invite: IncomingRequest, tag: string, replaces: DialogHandle): void {
    const request = this._incoming(call, invite);
    request.to_tag = tag;
    if (!this.listenerCount('newRTCSession')) return request.reply(405);
    if (!('RTCPeerConnection' in globalThis)) return request.reply(488);
    const replaced = this._calls.get(replaces);
    if (!replaces) new RTCSession(this).init_incoming(request);
    else if (!replaced || replaced.isEnded()) request.reply(603);
    else replaced._receiveReplaces(request);
  }
}

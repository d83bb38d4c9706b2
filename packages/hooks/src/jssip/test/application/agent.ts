// A user agent, its events and what it sends outside calls, as applications of jssip are written. It is never run: `package.test.ts` compiles it, with jssip's
// declarations and with ours.
import JsSIP from 'jssip';
import * as Star from 'jssip';
import {
  C,
  debug,
  Exceptions,
  NameAddrHeader,
  Socket,
  UA,
  URI,
  WebSocketInterface,
  WeightedSocket,
  name,
  version,
} from 'jssip';
import {
  UAConfiguration,
  CallOptions,
  UnRegisterOptions,
  IncomingRTCSessionEvent,
  OutgoingRTCSessionEvent,
  RTCSessionEvent,
  ConnectingEvent as UAConnectingEvent,
  ConnectedEvent,
  DisconnectEvent,
  RegisteredEvent,
  UnRegisteredEvent,
  IncomingMessageEvent,
  OutgoingMessageEvent,
  IncomingOptionsEvent,
  OutgoingOptionsEvent,
  ConnectingListener as UAConnectingListener,
  ConnectedListener,
  DisconnectedListener,
  RegisteredListener,
  UnRegisteredListener,
  RegistrationFailedListener,
  RegistrationExpiringListener,
  IncomingRTCSessionListener,
  OutgoingRTCSessionListener,
  RTCSessionListener,
  IncomingMessageListener,
  OutgoingMessageListener,
  MessageListener,
  IncomingOptionsListener,
  OutgoingOptionsListener,
  OptionsListener,
  SipEventListener,
  SipSubscribeListener,
  UAEventMap,
  UAContactOptions,
  UAContact,
  SubscriberParams,
  SubscriberOptions,
  NotifierOptions,
  UA as DeepUA,
} from 'jssip/lib/UA';
import { SessionDirection, Originator, RTCSession } from 'jssip/lib/RTCSession';
import { IncomingRequest, OutgoingRequest } from 'jssip/lib/SIPMessage';
import {
  Message,
  AcceptOptions,
  MessageFailedEvent,
  MessageFailedListener,
  MessageEventMap,
  SendMessageOptions,
} from 'jssip/lib/Message';
import { Registrator, ExtraContactParams } from 'jssip/lib/Registrator';
import { Subscriber, MessageEventMap as SubscriberEvents } from 'jssip/lib/Subscriber';
import { Notifier, MessageEventMap as NotifierEvents } from 'jssip/lib/Notifier';
import { causes, DTMF_TRANSPORT, USER_AGENT, INVITE } from 'jssip/lib/Constants';
import { ConfigurationError } from 'jssip/lib/Exceptions';
import { UA as FromJsSIP, debug as debug2 } from 'jssip/lib/JsSIP';

let viaDefault: JsSIP.UA | null = null;
let viaStar: Star.UA | undefined;
type Uri = JsSIP.URI | Star.URI;
type Cause = JsSIP.C.causes;
type Transported = Star.C.DTMF_TRANSPORT;
type Failure = JsSIP.Exceptions.ConfigurationError;
const weighted: JsSIP.WeightedSocket = { socket: new JsSIP.WebSocketInterface('wss://a'), weight: 10 };
const socketOfType: JsSIP.Socket = weighted.socket;

class MySocket extends WebSocketInterface {
  override connect(): void {
    super.connect();
  }
  override ondata<T>(event: T): void {
    super.ondata(event);
  }
}
const custom: Socket = {
  via_transport: 'WSS',
  url: 'wss://a',
  sip_uri: 'sip:a',
  connect() {},
  disconnect() {},
  send: (m: string | ArrayBufferLike | Blob | ArrayBufferView) => !!m,
  isConnected: () => true,
  isConnecting: () => false,
  onconnect() {},
  ondisconnect(error: boolean, code?: number, reason?: string) {},
  ondata<T>(event: T) {},
};
const configuration: UAConfiguration = {
  sockets: [new WebSocketInterface('wss://sip.example.com'), custom],
  uri: 'sip:a@b',
  authorization_jwt: 'x',
  authorization_user: 'x',
  connection_recovery_max_interval: 1,
  connection_recovery_min_interval: 1,
  contact_uri: 'sip:a@b',
  display_name: 'x',
  instance_id: 'x',
  no_answer_timeout: 1,
  session_timers: true,
  session_timers_refresh_method: 'INVITE',
  session_timers_force_refresher: false,
  password: 'x',
  realm: 'x',
  ha1: 'x',
  register: true,
  register_expires: 1,
  register_from_tag_trail: () => 'x',
  registrar_server: 'x',
  use_preloaded_route: true,
  user_agent: 'x',
  extra_headers: ['X: 1'],
};
const withWeights: UAConfiguration = { sockets: [weighted], uri: 'x' };
const withOne: UAConfiguration = { uri: 'x', sockets: new MySocket('wss://x') };

class Phone extends UA {
  constructor(c: UAConfiguration) {
    super(c);
  }
  override call(target: string, options?: CallOptions): RTCSession {
    return super.call(target, options);
  }
}
const ua: UA = new Phone(configuration);
viaDefault = ua;
viaStar = new FromJsSIP(withOne);
const deep: DeepUA = ua;
debug.enable('JsSIP:*');
debug.disable();
debug2.enabled('x');
JsSIP.debug.log = console.log;
const dbg = debug('x');
dbg.enabled = true;
dbg('x %s', 1);
dbg.extend('y')('z');
dbg.log = console.info;
const ns: string = dbg.namespace;
const texts: string[] = [name, version, JsSIP.name, Star.version, C.USER_AGENT, C.SIP, USER_AGENT, INVITE];
const st: number = ua.status;
const ready: boolean = ua.status === ua.C.STATUS_READY || ua.status === UA.C.STATUS_INIT;
ua.start();
ua.stop();
ua.register();
ua.unregister();
ua.unregister({ all: true });
const un: UnRegisterOptions = {};
ua.unregister(un);
const reg: Registrator = ua.registrator();
reg.setExtraHeaders(['x']);
const ecp: ExtraContactParams = { a: 1, b: 'x', c: true };
reg.setExtraContactParams(ecp);
const flags: boolean[] = [
  ua.isRegistered(),
  ua.isConnected(),
  ua.set('password', 'x'),
  ua.set('extra_headers', ['x']),
  ua.set('display_name', 'x'),
];
const got: string | undefined = ua.get('realm');
const gotUser = ua.get('authorization_user');
const gotAny = ua.get('register');
const contact: UAContact = ua.contact;
const contactText: string = ua.contact.toString({ anonymous: true, outbound: true });
const pub: string | undefined = ua.contact.pub_gruu;
const cu: string | undefined = contact.uri;
const co: UAContactOptions = {};

ua.on('connecting', (e: UAConnectingEvent) => {
  const s: Socket = e.socket;
  const n: number = e.attempts;
});
ua.on('connected', (e: ConnectedEvent) => e.socket.url.length);
ua.on('disconnected', (e: DisconnectEvent) => [e.error, e.code, e.reason, e.socket.sip_uri]);
ua.on('registered', (e: RegisteredEvent) => e.response.getHeader('x').length);
ua.on('unregistered', (e: UnRegisteredEvent) => [e.response.status_code, e.cause]);
ua.on('registrationFailed', (e: UnRegisteredEvent) => {
  const c: causes | undefined = e.cause;
});
ua.on('registrationExpiring', () => ua.register());
ua.on('newRTCSession', (e: RTCSessionEvent) => {
  if (e.originator === 'remote') e.session.answer();
});
ua.on('newRTCSession', (e: IncomingRTCSessionEvent) => {
  const r: IncomingRequest = e.request;
  e.session.id;
});
ua.on('newRTCSession', (e: OutgoingRTCSessionEvent) => {
  const r: OutgoingRequest = e.request;
});
ua.on('newRTCSession', ({ session, originator, request }: any) => session);
ua.on('newRTCSession', ({ session, originator, request }: RTCSessionEvent) => {
  session.answer({ mediaConstraints: { audio: true } });
  const o: string = originator;
  const f: string = request.from.uri.user;
});
ua.on('newMessage', (e: IncomingMessageEvent) => {
  const m: Message = e.message;
  e.request.body.length;
  m.accept({});
  m.reject({ status_code: 486 });
});
ua.on('newMessage', (e: OutgoingMessageEvent) => e.message.on('succeeded', (x) => x.response.status_code));
ua.on('newMessage', (data: any) => console.log(data.message.direction, data.request.body));
ua.on('newOptions', (e: IncomingOptionsEvent) => e.request.getHeader('x'));
ua.on('newOptions', (e: OutgoingOptionsEvent) => e.request.method);
ua.on('sipEvent', (e: { event: any; request: IncomingRequest }) => e.event.event);
ua.on('sipEvent', (e) => {
  const x: any = e.event;
  e.request.getHeader('x');
});
ua.on('newSubscribe', ({ event, request }) => {
  const n = ua.notify(request, 'a/b', { pending: true, allowEvents: 'x', extraHeaders: [] });
  n.start();
});
const l1: UAConnectingListener = (e) => e.attempts;
const l2: ConnectedListener = (e) => e.socket;
const l3: DisconnectedListener = (e) => e.error;
const l4: RegisteredListener = (e) => e.response;
const l5: UnRegisteredListener = (e) => e.cause;
const l6: RegistrationFailedListener = l5;
const l7: RegistrationExpiringListener = () => {};
const l8: IncomingRTCSessionListener = (e) => e.request;
const l9: OutgoingRTCSessionListener = (e) => e.request;
const l10: RTCSessionListener = l8;
const l11: IncomingMessageListener = (e) => e.message;
const l12: OutgoingMessageListener = (e) => e.message;
const l13: MessageListener = l11;
const l14: IncomingOptionsListener = (e) => e.request;
const l15: OutgoingOptionsListener = (e) => e.request;
const l16: OptionsListener = l14;
const l17: SipEventListener = (e) => e.event;
const l18: SipSubscribeListener = (e) => e.request;
ua.on('connecting', l1);
ua.on('connected', l2);
ua.on('disconnected', l3);
ua.on('registered', l4);
ua.on('unregistered', l5);
ua.on('registrationFailed', l6);
ua.on('registrationExpiring', l7);
ua.on('newRTCSession', l8);
ua.on('newRTCSession', l9);
ua.on('newRTCSession', l10);
ua.on('newMessage', l11);
ua.on('newMessage', l12);
ua.on('newMessage', l13);
ua.on('newOptions', l16);
ua.on('sipEvent', l17);
ua.on('newSubscribe', l18);
ua.once('connected', () => {});
ua.off('connected', l2);
ua.removeListener('registered', l4);
ua.removeAllListeners();
ua.removeAllListeners('connected');
ua.emit('anything', 1, 2);
ua.listeners('connected').length;
ua.listenerCount('connected');
ua.addListener('anything', () => {});
ua.prependListener('x', () => {});
ua.setMaxListeners(20);
ua.getMaxListeners();
ua.eventNames().length;
ua.once('whatever', (a: string) => a);
ua.off('whatever', () => {});
ua.rawListeners('connected');
const map: Partial<UAEventMap> = { connected: (e) => e.socket, registered: () => {} };
for (const event of ['connected', 'registered'] as const) ua.on(event, () => {});
for (const event in map) ua.on(event as keyof UAEventMap, map[event as keyof UAEventMap] as any);
const message: Message = ua.sendMessage('x', 'y', {
  contentType: 'x',
  fromUserName: 'x',
  fromDisplayName: 'y',
  extraHeaders: [],
  eventHandlers: { succeeded: (e) => e.response, failed: (e) => e.cause },
});
const smo: SendMessageOptions = {};
ua.sendMessage(new URI('sip', 'a', 'b'), 'x', smo);
message.on('failed', (e: MessageFailedEvent) => {
  const o: Originator = e.originator;
  e.response.status_code;
  const c: causes | undefined = e.cause;
});
const mfl: MessageFailedListener = (e) => e.cause;
message.on('failed', mfl);
const mem: Partial<MessageEventMap> = { failed: mfl };
const mid: [SessionDirection, NameAddrHeader, NameAddrHeader] = [
  message.direction,
  message.local_identity,
  message.remote_identity,
];
const aco: AcceptOptions = { body: 'x', extraHeaders: [] };
message.accept(aco);
message.send('x', 'y');
message.send('x', 'y', {});
const sub: Subscriber = ua.subscribe('x', 'presence', 'a/b', {
  expires: 1,
  contentType: 'x',
  allowEvents: 'x',
  extraHeaders: [],
  params: {
    from_uri: new URI('sip', 'a', 'b'),
    to_uri: new URI('sip', 'a', 'b'),
    from_display_name: 'x',
    to_display_name: 'y',
  },
});
ua.subscribe('x', 'y', 'z');
sub.on('notify', (isFinal: boolean, request: IncomingRequest, body: string | undefined, ct: string | undefined) => {});
sub.on('notify', (isFinal, request, body) => body?.length);
sub.on('terminated', (code, reason, retryAfter) => {
  if (code === Subscriber.C.FINAL_NOTIFY_RECEIVED) reason?.length;
  const n: number = code;
});
sub.on('pending', () => {});
sub.on('accepted', () => {});
sub.on('active', () => {});
sub.subscribe();
sub.subscribe('x');
sub.terminate('x');
const ss: string = sub.id;
sub.data = 5;
sub.data.x;
sub.C.SUBSCRIBE_RESPONSE_TIMEOUT;
const sst = sub.state;
const sparams: SubscriberParams = { from_uri: new URI('sip', 'a', 'b'), to_uri: new URI('sip', 'a', 'b') };
const sopt: SubscriberOptions = { params: sparams };
ua.subscribe('x', 'y', 'z', sopt);
const not: Notifier = ua.notify({} as IncomingRequest, 'x');
const nopt: NotifierOptions = {};
not.on('terminated', (c) => {
  const n: number = c;
});
not.on('subscribe', (u, r, b, c) => [u, r.method, b, c]);
not.on('expired', () => {});
not.start();
not.setActiveState();
not.notify();
not.notify('x');
not.terminate();
not.terminate('x', 'y', 5);
const nid: string = not.id;
Notifier.C.FINAL_NOTIFY_SENT;
not.C;
not.data = 1;
not.data.y;
const nst = not.state;
const se: SubscriberEvents['terminated'][0] | NotifierEvents['terminated'][0] = 0 as never;

export {};

// Calls and their events, as applications of jssip are written. It is never run: `package.test.ts` compiles it, with jssip's
// declarations and with ours.
import JsSIP from 'jssip';
import { C, NameAddrHeader, UA, URI, name } from 'jssip';
import { CallOptions } from 'jssip/lib/UA';
import {
  SessionDirection,
  Originator,
  ExtraHeaders,
  AnswerOptions,
  RejectOptions,
  TerminateOptions,
  ReferOptions,
  OnHoldResult,
  DTMFOptions,
  HoldOptions,
  RenegotiateOptions,
  DTMF,
  Info,
  PeerConnectionEvent,
  ConnectingEvent,
  SendingEvent,
  IncomingEvent,
  EndEvent,
  IncomingDTMFEvent,
  OutgoingDTMFEvent,
  IncomingInfoEvent,
  OutgoingInfoEvent,
  HoldEvent,
  ReInviteEvent,
  ReferEvent,
  SDPEvent,
  IceCandidateEvent,
  OutgoingEvent,
  OutgoingAckEvent,
  IncomingAckEvent,
  MediaStreamTypes,
  GenericErrorListener,
  PeerConnectionListener,
  ConnectingListener,
  SendingListener,
  IncomingListener,
  OutgoingListener,
  IncomingConfirmedListener,
  OutgoingConfirmedListener,
  CallListener,
  ConfirmedListener,
  EndListener,
  IncomingDTMFListener,
  OutgoingDTMFListener,
  DTMFListener,
  IncomingInfoListener,
  OutgoingInfoListener,
  InfoListener,
  HoldListener,
  MuteListener,
  ReInviteListener,
  UpdateListener,
  ReferListener,
  SDPListener,
  IceCandidateListener,
  RTCSessionEventMap,
  RTCSession,
} from 'jssip/lib/RTCSession';
import { IncomingRequest, IncomingResponse } from 'jssip/lib/SIPMessage';
import { causes, DTMF_TRANSPORT } from 'jssip/lib/Constants';

declare const ua: UA;

const eventHandlers: Partial<RTCSessionEventMap> = {
  progress: (e: OutgoingEvent) => e.response,
  failed: (e: EndEvent) => {
    const c: string = e.cause;
    const m = e.message;
  },
  confirmed: () => {},
  ended: (e) => {
    e.message.getHeader('x');
  },
  accepted: (e: IncomingEvent) => e.originator,
  peerconnection: (e) => {
    e.peerconnection.addEventListener('track', (t) => t.streams[0]);
    e.peerconnection.getRemoteStreams()[0];
  },
  icecandidate: (e) => {
    if (e.candidate.type === 'srflx') e.ready();
  },
  sdp: (e) => {
    e.sdp = e.sdp.replace('a', 'b');
    const t: string = e.type;
  },
  getusermediafailed: (e) => console.log(e.message),
  'peerconnection:createofferfailed': (e) => e,
  newDTMF: (e: IncomingDTMFEvent) => e.dtmf.tone,
};
const options: CallOptions = {
  eventHandlers,
  anonymous: true,
  fromUserName: 'x',
  fromDisplayName: 'y',
  mediaConstraints: { audio: true, video: false },
  mediaStream: new MediaStream(),
  pcConfig: { iceServers: [{ urls: ['stun:x'] }], iceTransportPolicy: 'all' },
  rtcConstraints: { optional: [] },
  rtcAnswerConstraints: { offerToReceiveAudio: true },
  rtcOfferConstraints: { offerToReceiveVideo: true, iceRestart: true },
  sessionTimersExpires: 120,
  extraHeaders: ['X: 1'],
};
const session: RTCSession = ua.call('bob', options);
class MySession extends RTCSession {
  override get id(): string {
    return super.id;
  }
}
function follow(s: RTCSession, request?: IncomingRequest): void {
  const t: [
    string,
    any,
    RTCPeerConnection,
    string,
    SessionDirection,
    NameAddrHeader,
    NameAddrHeader,
    Date,
    Date,
    number,
  ] = [
    s.id,
    s.data,
    s.connection,
    s.contact,
    s.direction,
    s.local_identity,
    s.remote_identity,
    s.start_time,
    s.end_time,
    s.status,
  ];
  const user: string = s.remote_identity.uri.user;
  const display: string = s.remote_identity.display_name;
  const uri: string = s.remote_identity.uri.toString();
  s.data = { any: 1 };
  s.data.other = 5;
  if (s.direction === 'incoming') s.answer();
  const isIn: boolean = s.direction === SessionDirection.INCOMING;
  const b: boolean[] = [
    s.isInProgress(),
    s.isEstablished(),
    s.isEnded(),
    s.isReadyToReOffer(),
    s.hold(),
    s.unhold({ useUpdate: true, extraHeaders: [] }, () => {}),
    s.renegotiate({ rtcOfferConstraints: { iceRestart: true } }, () => {}),
    s.status === s.C.STATUS_CONFIRMED,
    s.status === RTCSession.C.STATUS_NULL,
  ];
  const cause: string = s.causes.BUSY;
  const hold: OnHoldResult = s.isOnHold();
  const muted: MediaStreamTypes = s.isMuted();
  s.terminate();
  s.terminate({ status_code: 486, reason_phrase: 'x', extraHeaders: [], body: 'x', cause: C.causes.BUSY });
  s.terminate({ cause: 'mine' });
  s.sendDTMF('1');
  s.sendDTMF(1, { duration: 1, interToneGap: 1, extraHeaders: [], transportType: DTMF_TRANSPORT.RFC2833 });
  s.sendDTMF('1', { transportType: C.DTMF_TRANSPORT.INFO });
  s.sendDTMF('1', { transportType: 'RFC2833' as DTMF_TRANSPORT });
  s.sendDTMF('1', { transportType: JsSIP.C.DTMF_TRANSPORT.RFC2833 });
  s.sendInfo('a/b', 'x', { extraHeaders: [] });
  s.mute();
  s.mute({ audio: true });
  s.unmute({ video: true });
  s.refer('x');
  s.refer(new URI('sip', 'a', 'b'), {
    extraHeaders: [],
    eventHandlers: { accepted: (e: any) => e, anything() {} },
    replaces: s,
  });
  s.on('peerconnection', (e: PeerConnectionEvent) => {
    e.peerconnection.ontrack = (t) => t.track;
    const p: RTCPeerConnection = e.peerconnection;
  });
  s.on('connecting', (e: ConnectingEvent) => e.request.body);
  s.on('sending', (e: SendingEvent) => {
    e.request.body = 'x';
    e.request.setHeader('x', 'y');
  });
  s.on('progress', (e: IncomingEvent) => e.originator);
  s.on('progress', (e: OutgoingEvent) => e.response.status_code);
  s.on('progress', (e: IncomingEvent) => e.originator);
  s.on('progress', () => {});
  s.on('progress', (e: any) => e);
  s.on('accepted', (e: OutgoingEvent) => e.response);
  s.on('confirmed', (e: OutgoingAckEvent) => e.originator);
  s.on('confirmed', (e: IncomingAckEvent) => e.ack.method);
  s.on('confirmed', () => {});
  s.on('confirmed', (e: any) => e.originator);
  s.on('ended', (e: EndEvent) => {
    const o: Originator = e.originator;
    const txt: string = e.message.getHeader('Reason');
    if (e.originator === Originator.REMOTE) e.cause;
    if (e.message instanceof IncomingResponse) e.message.status_code;
  });
  s.on('failed', ({ originator, message, cause }) => {
    if (cause === C.causes.BUSY || cause === JsSIP.C.causes.REJECTED) console.log(originator, message);
  });
  s.on('newDTMF', (e: IncomingDTMFEvent) => {
    const d: DTMF = e.dtmf;
    d.on('succeeded', () => {});
    e.request.body;
  });
  s.on('newDTMF', (e: OutgoingDTMFEvent) => e.dtmf.duration);
  s.on('newDTMF', ({ originator, dtmf }: IncomingDTMFEvent) => {
    const n: number = dtmf.duration;
  });
  s.on('newInfo', (e: IncomingInfoEvent) => {
    const i: Info = e.info;
    i.body.length;
    i.contentType.length;
  });
  s.on('newInfo', (e: OutgoingInfoEvent) => e.info);
  s.on('hold', (e: HoldEvent) => e.originator);
  s.on('unhold', (e) => e.originator === 'local');
  s.on('muted', (e: MediaStreamTypes) => e.audio);
  s.on('unmuted', (e) => e.video);
  s.on('reinvite', (e: ReInviteEvent) => {
    e.callback = () => {};
    e.reject();
    e.reject({ status_code: 1, reason_phrase: 'x', extraHeaders: [] });
    e.request.parseHeader('x');
  });
  s.on('update', (e) => e.reject());
  s.on('refer', (e: ReferEvent) => {
    e.accept((x: RTCSession) => x, { mediaConstraints: {} });
    e.reject();
  });
  s.on('refer', (e) => e.accept());
  s.on('replaces', (e) => {
    e.accept();
    e.reject();
    e.request;
  });
  s.on('sdp', (e: SDPEvent) => {
    e.sdp = '';
    if (e.originator === 'local' && e.type === 'offer') return;
  });
  s.on('icecandidate', (e: IceCandidateEvent) => e.ready());
  s.on('getusermediafailed', (e) => e.name);
  s.on('peerconnection:createofferfailed', (e: DOMException) => e);
  s.on('peerconnection:createanswerfailed', (e) => e.message);
  s.on('peerconnection:setlocaldescriptionfailed', (e: Error) => e);
  s.on('peerconnection:setremotedescriptionfailed', (e) => e);
  s.once('ended', (e: EndEvent) => e);
  s.off('ended', () => {});
  s.removeAllListeners();
  s.emit('mine', 1);
  s.addListener('x', () => {});
  s.once('mine', (a: number) => a);
  const events: Array<keyof RTCSessionEventMap> = ['accepted', 'ended'];
  events.forEach((x) => s.on(x, () => {}));
  if (request) {
    const h: string = request.getHeader('x');
    const hs: string[] = request.getHeaders('x');
    const has: boolean = request.hasHeader('x');
    const c: number = request.countHeader('x');
    const p = request.parseHeader<{ uri: URI }>('contact', 0);
    p.uri.host;
    const q: unknown = request.parseHeader('x');
    const any2: any = request.parseHeader('x');
    const m: string = request.method;
    const r: URI = request.ruri;
    const txt: string = request.toString();
    const f: NameAddrHeader = request.from;
    const bd: string = request.body;
    request.body = 'x';
  }
}
const ls: unknown[] = [
  ((e) => e) as GenericErrorListener,
  ((e) => e.peerconnection) as PeerConnectionListener,
  ((e) => e.request) as ConnectingListener,
  ((e) => e.request) as SendingListener,
  ((e) => e.originator) as IncomingListener,
  ((e) => e.response) as OutgoingListener,
  ((e) => e.ack) as IncomingConfirmedListener,
  ((e) => e.originator) as OutgoingConfirmedListener,
];
const cl: CallListener = (e: OutgoingEvent) => e;
const cfl: ConfirmedListener = (e: IncomingAckEvent) => e;
const el: EndListener = (e) => e.cause;
const idl: IncomingDTMFListener = (e) => e.request;
const odl: OutgoingDTMFListener = (e) => e.request;
const dl: DTMFListener = idl;
const iil: IncomingInfoListener = (e) => e.info;
const oil: OutgoingInfoListener = (e) => e.info;
const il: InfoListener = oil;
const hl: HoldListener = (e) => e.originator;
const ml: MuteListener = (e) => e.audio;
const ril: ReInviteListener = (e) => e.request;
const ul: UpdateListener = ril;
const rl: ReferListener = (e) => e.accept;
const sl: SDPListener = (e) => e.sdp;
const icl: IceCandidateListener = (e) => e.candidate;
session.on('progress', cl);
session.on('accepted', cl);
session.on('confirmed', cfl);
session.on('ended', el);
session.on('newDTMF', dl);
session.on('newInfo', il);
session.on('hold', hl);
session.on('muted', ml);
session.on('reinvite', ril);
session.on('update', ul);
session.on('refer', rl);
session.on('replaces', rl);
session.on('sdp', sl);
session.on('icecandidate', icl);
const ao: AnswerOptions = options;
const ro: RejectOptions = {};
const to: TerminateOptions = ro;
const eh: ExtraHeaders = ao;
const rfo: ReferOptions = {};
const ho: HoldOptions = {};
const rno: RenegotiateOptions = ho;
const dto: DTMFOptions = {};
session.answer(ao);

export {};

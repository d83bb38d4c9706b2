import type { EventEmitter, Hears } from './emitter.js';
import type { IncomingRequest, IncomingResponse, OutgoingRequest } from './messages.js';
import type { RejectOptions, RTCSession } from './session.js';

export enum SessionDirection {
  INCOMING = 'incoming',
  OUTGOING = 'outgoing',
}

export enum Originator {
  LOCAL = 'local',
  REMOTE = 'remote',
  SYSTEM = 'system',
}

interface InfoEvents {
  succeeded: (event: { originator: Originator; response: IncomingResponse }) => void;
  failed: (event: { originator: Originator; response: IncomingResponse }) => void;
}

/** A key that was pressed. */
export interface DTMF extends EventEmitter<InfoEvents> {
  tone: string;
  /** Milliseconds. */
  duration: number;
}

/** A message inside a call. */
export interface Info extends EventEmitter<InfoEvents> {
  contentType: string;
  body: string;
}

/** With a method that browsers have only under older rules. */
export interface RTCPeerConnectionDeprecated extends RTCPeerConnection {
  /** @deprecated listen for `track` */
  getRemoteStreams(): MediaStream[];
}

export interface PeerConnectionEvent {
  peerconnection: RTCPeerConnectionDeprecated;
}

export interface ConnectingEvent {
  request: IncomingRequest | OutgoingRequest;
}

/** INVITE goes out after this; its body and headers may still be changed. */
export interface SendingEvent {
  request: OutgoingRequest;
}

/** Of a call that came. */
export interface IncomingEvent {
  originator: Originator.LOCAL;
}

/** Of a call of ours. */
export interface OutgoingEvent {
  originator: Originator.REMOTE;
  response: IncomingResponse;
}

export interface OutgoingAckEvent {
  originator: Originator.LOCAL;
}

export interface IncomingAckEvent {
  originator: Originator.REMOTE;
  ack: IncomingRequest;
}

export interface EndEvent {
  originator: Originator;
  /** What ended it; `null` where that was no message. */
  message: IncomingRequest | IncomingResponse;
  cause: string;
}

export interface IncomingDTMFEvent {
  originator: Originator.REMOTE;
  dtmf: DTMF;
  request: IncomingRequest;
}

export interface OutgoingDTMFEvent {
  originator: Originator.LOCAL;
  dtmf: DTMF;
  /** `null`. */
  request: OutgoingRequest;
}

export interface IncomingInfoEvent {
  originator: Originator.REMOTE;
  info: Info;
  request: IncomingRequest;
}

export interface OutgoingInfoEvent {
  originator: Originator.LOCAL;
  info: Info;
  /** `undefined`. */
  request: OutgoingRequest;
}

export interface HoldEvent {
  originator: Originator;
}

export interface MediaStreamTypes {
  audio?: boolean;
  video?: boolean;
}

export interface ReInviteEvent {
  request: IncomingRequest;
  /** Set by a listener: called when it was accepted. */
  callback?: VoidFunction;
  reject: (options?: RejectOptions) => void;
}

export interface ReferEvent {
  request: IncomingRequest;
  accept: (initCallback?: ((session: RTCSession) => void) | null, options?: any) => void;
  reject: VoidFunction;
}

export interface SDPEvent {
  originator: Originator;
  type: string;
  /** What listeners leave here is sent, or applied. */
  sdp: string;
}

export interface IceCandidateEvent {
  candidate: RTCIceCandidate;
  /** No more candidates are waited for. */
  ready: VoidFunction;
}

export type GenericErrorListener = (error: any) => void;
export type PeerConnectionListener = (event: PeerConnectionEvent) => void;
export type ConnectingListener = (event: ConnectingEvent) => void;
export type SendingListener = (event: SendingEvent) => void;
export type IncomingListener = (event: IncomingEvent) => void;
export type OutgoingListener = (event: OutgoingEvent) => void;
export type IncomingConfirmedListener = (event: IncomingAckEvent) => void;
export type OutgoingConfirmedListener = (event: OutgoingAckEvent) => void;
export type CallListener = Hears<IncomingEvent | OutgoingEvent>;
export type ConfirmedListener = Hears<IncomingAckEvent | OutgoingAckEvent>;
export type EndListener = (event: EndEvent) => void;
export type IncomingDTMFListener = (event: IncomingDTMFEvent) => void;
export type OutgoingDTMFListener = (event: OutgoingDTMFEvent) => void;
export type DTMFListener = Hears<IncomingDTMFEvent | OutgoingDTMFEvent>;
export type IncomingInfoListener = (event: IncomingInfoEvent) => void;
export type OutgoingInfoListener = (event: OutgoingInfoEvent) => void;
export type InfoListener = Hears<IncomingInfoEvent | OutgoingInfoEvent>;
export type HoldListener = (event: HoldEvent) => void;
export type MuteListener = (event: MediaStreamTypes) => void;
export type ReInviteListener = (event: ReInviteEvent) => void;
export type UpdateListener = ReInviteListener;
export type ReferListener = (event: ReferEvent) => void;
export type SDPListener = (event: SDPEvent) => void;
export type IceCandidateListener = (event: IceCandidateEvent) => void;

export interface RTCSessionEventMap {
  peerconnection: PeerConnectionListener;
  connecting: ConnectingListener;
  sending: SendingListener;
  progress: CallListener;
  accepted: CallListener;
  confirmed: ConfirmedListener;
  ended: EndListener;
  failed: EndListener;
  newDTMF: DTMFListener;
  newInfo: InfoListener;
  hold: HoldListener;
  unhold: HoldListener;
  muted: MuteListener;
  unmuted: MuteListener;
  reinvite: ReInviteListener;
  update: UpdateListener;
  refer: ReferListener;
  replaces: ReferListener;
  sdp: SDPListener;
  icecandidate: IceCandidateListener;
  getusermediafailed: GenericErrorListener;
  'peerconnection:createofferfailed': GenericErrorListener;
  'peerconnection:createanswerfailed': GenericErrorListener;
  'peerconnection:setlocaldescriptionfailed': GenericErrorListener;
  'peerconnection:setremotedescriptionfailed': GenericErrorListener;
}

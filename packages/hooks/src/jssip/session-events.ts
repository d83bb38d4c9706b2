import type { DTMF, Info } from './info.js';
import type { IncomingRequest, IncomingResponse } from './incoming.js';
import type { OutgoingRequest } from './outgoing.js';
import type { SdpEvent } from './peer.js';
import type { RTCSession } from './session.js';

export type Originator = 'local' | 'remote' | 'system';
export type SessionDirection = 'incoming' | 'outgoing';

export interface PeerConnectionEvent {
  peerconnection: RTCPeerConnection;
}

export interface ConnectingEvent {
  request: IncomingRequest | OutgoingRequest;
}

/** INVITE goes out after this; its body and headers may still be changed. */
export interface SendingEvent {
  request: OutgoingRequest;
}

export interface IncomingEvent {
  originator: 'local';
  response: null;
}

export interface OutgoingEvent {
  originator: 'remote';
  response: IncomingResponse;
}

export interface IncomingAckEvent {
  originator: 'remote';
  ack: IncomingRequest;
}

export interface OutgoingAckEvent {
  originator: 'local';
  ack: null;
}

export interface EndEvent {
  originator: Originator;
  /** What ended it; `null` where that was no message. */
  message: IncomingRequest | IncomingResponse | null;
  cause: string;
}

export interface DTMFEvent {
  originator: 'local' | 'remote';
  dtmf: DTMF;
  /** `null` where it is ours. */
  request: IncomingRequest | null;
}

export interface InfoEvent {
  originator: 'local' | 'remote';
  info: Info;
  request: IncomingRequest | undefined;
}

export interface HoldEvent {
  originator: 'local' | 'remote';
}

export interface MutedEvent {
  /** What changed. */
  audio: boolean;
  video: boolean;
}

export interface RejectOptions {
  /** 300 to 699; 403 if absent. */
  status_code?: number;
  reason_phrase?: string;
  extraHeaders?: string[];
}

export interface ReInviteEvent {
  request: IncomingRequest;
  /** Set by a listener: called when it was accepted. */
  callback: (() => void) | undefined;
  reject(options?: RejectOptions): void;
}

export interface ReferEvent {
  request: IncomingRequest;
  accept(initCallback?: ((session: RTCSession) => void) | null, options?: object): void;
  reject(): void;
}

export interface ReplacesEvent {
  request: IncomingRequest;
  accept(initCallback?: (session: RTCSession) => void): void;
  reject(): void;
}

export interface IceCandidateEvent {
  candidate: RTCIceCandidate;
  /** No more candidates are waited for. */
  ready(): void;
}

type ErrorListener = (error: unknown) => void;

export interface RTCSessionEventMap {
  peerconnection: (event: PeerConnectionEvent) => void;
  connecting: (event: ConnectingEvent) => void;
  sending: (event: SendingEvent) => void;
  progress: (event: IncomingEvent | OutgoingEvent) => void;
  accepted: (event: IncomingEvent | OutgoingEvent) => void;
  confirmed: (event: IncomingAckEvent | OutgoingAckEvent) => void;
  ended: (event: EndEvent) => void;
  failed: (event: EndEvent) => void;
  /** Just before `failed`, while there is a peer connection still. */
  _failed: (event: EndEvent) => void;
  newDTMF: (event: DTMFEvent) => void;
  newInfo: (event: InfoEvent) => void;
  hold: (event: HoldEvent) => void;
  unhold: (event: HoldEvent) => void;
  muted: (event: MutedEvent) => void;
  unmuted: (event: MutedEvent) => void;
  reinvite: (event: ReInviteEvent) => void;
  update: (event: ReInviteEvent) => void;
  refer: (event: ReferEvent) => void;
  replaces: (event: ReplacesEvent) => void;
  sdp: (event: SdpEvent) => void;
  icecandidate: (event: IceCandidateEvent) => void;
  getusermediafailed: ErrorListener;
  'peerconnection:createofferfailed': ErrorListener;
  'peerconnection:createanswerfailed': ErrorListener;
  'peerconnection:setlocaldescriptionfailed': ErrorListener;
  'peerconnection:setremotedescriptionfailed': ErrorListener;
}

import { C as SIP_C } from './constants.js';
import { EventEmitter } from './emitter.js';
import type { IncomingRequest, IncomingResponse } from './incoming.js';
import type { NameAddrHeader } from './name-addr.js';
import type { OutgoingRequest } from './outgoing.js';
import type { Peer } from './peer.js';
import type { DialogHandle, EndSpec } from './port.js';
import type { EndEvent, Originator, RTCSessionEventMap, SessionDirection } from './session-events.js';
import { cloneArray } from './text.js';
import { closeMediaStream } from './utils.js';
import type { UA } from './ua.js';

export const STATUS = {
  STATUS_NULL: 0,
  STATUS_INVITE_SENT: 1,
  STATUS_1XX_RECEIVED: 2,
  STATUS_INVITE_RECEIVED: 3,
  STATUS_WAITING_FOR_ANSWER: 4,
  STATUS_ANSWERED: 5,
  STATUS_WAITING_FOR_ACK: 6,
  STATUS_CANCELED: 7,
  STATUS_TERMINATED: 8,
  STATUS_CONFIRMED: 9,
} as const;

export interface MediaStreamTypes {
  audio?: boolean;
  video?: boolean;
}

/** What becomes of a request that {@link SessionBase.sendRequest} sent. */
export interface RequestHandlers {
  onSuccessResponse?(response: IncomingResponse): void;
  onErrorResponse?(response: IncomingResponse): void;
  onRequestTimeout?(): void;
  onTransportError?(): void;
  /** The far end does not know the call (any more). */
  onDialogError?(response?: IncomingResponse): void;
  onAuthenticated?(request: OutgoingRequest): void;
}

export interface RequestOptions {
  extraHeaders?: string[];
  body?: string | null | undefined;
  eventHandlers?: RequestHandlers;
}

/** A call's state, and what does not change it. */
export abstract class SessionBase extends EventEmitter<RTCSessionEventMap> {
  _ua: UA;
  _handle: DialogHandle = 0;
  _id: string | null = null;
  _status: number = STATUS.STATUS_NULL;
  _contact: string | null = null;
  _direction: SessionDirection | null = null;
  _request!: IncomingRequest | OutgoingRequest;
  _from_tag: string | null = null;
  _to_tag: string | null = null;
  /** A function, as the user agent's `_port`. */
  _peer: () => Peer | undefined = () => undefined;
  _localMediaStream: MediaStream | undefined;
  _localMediaStreamLocallyGenerated = false;
  _start_time: Date | null = null;
  _end_time: Date | null = null;
  _is_confirmed = false;
  _audioMuted = false;
  _videoMuted = false;
  _localHold = false;
  _remoteHold = false;
  _data: any = {};

  constructor(ua: UA) {
    super();
    this._ua = ua;
  }

  get C(): typeof STATUS {
    return STATUS;
  }

  get causes(): typeof SIP_C.causes {
    return SIP_C.causes;
  }

  get id(): string | null {
    return this._id;
  }

  get status(): number {
    return this._status;
  }

  get connection(): RTCPeerConnection | null {
    return this._peer()?.connection ?? null;
  }

  // JsSIP's private names that many applications read.

  get _connection(): RTCPeerConnection | null {
    return this.connection;
  }

  get _local_identity(): NameAddrHeader | null {
    return this.local_identity;
  }

  get _remote_identity(): NameAddrHeader | null {
    return this.remote_identity;
  }

  get contact(): string | null {
    return this._contact;
  }

  get direction(): SessionDirection | null {
    return this._direction;
  }

  get local_identity(): NameAddrHeader | null {
    return this._request ? (this._direction === 'incoming' ? this._request.to : this._request.from) : null;
  }

  get remote_identity(): NameAddrHeader | null {
    return this._request ? (this._direction === 'incoming' ? this._request.from : this._request.to) : null;
  }

  /** When it was accepted. */
  get start_time(): Date | null {
    return this._start_time;
  }

  /** `null` where it was never established. */
  get end_time(): Date | null {
    return this._end_time;
  }

  /** The application's. */
  get data(): any {
    return this._data;
  }

  set data(data: any) {
    this._data = data;
  }

  isInProgress(): boolean {
    return this._status <= STATUS.STATUS_WAITING_FOR_ANSWER;
  }

  isEstablished(): boolean {
    return this._is(STATUS.STATUS_ANSWERED, STATUS.STATUS_WAITING_FOR_ACK, STATUS.STATUS_CONFIRMED);
  }

  isEnded(): boolean {
    return this._is(STATUS.STATUS_CANCELED, STATUS.STATUS_TERMINATED);
  }

  isMuted(): { audio: boolean; video: boolean } {
    return { audio: this._audioMuted, video: this._videoMuted };
  }

  isOnHold(): { local: boolean; remote: boolean } {
    return { local: this._localHold, remote: this._remoteHold };
  }

  /** Microphone by default. */
  mute({ audio = false, video = false }: MediaStreamTypes = { audio: true }): void {
    const muted = { audio: !!audio && !this._audioMuted, video: !!video && !this._videoMuted };
    this._audioMuted ||= muted.audio;
    this._videoMuted ||= muted.video;
    if (!muted.audio && !muted.video) return;
    this._setLocalMediaStatus();
    this.emit('muted', muted);
  }

  /** Both by default. */
  unmute({ audio = false, video = false }: MediaStreamTypes = { audio: true, video: true }): void {
    const unmuted = { audio: !!audio && this._audioMuted, video: !!video && this._videoMuted };
    if (unmuted.audio) this._audioMuted = false;
    if (unmuted.video) this._videoMuted = false;
    if (!unmuted.audio && !unmuted.video) return;
    this._setLocalMediaStatus();
    this.emit('unmuted', unmuted);
  }

  /** Sends any request inside the call; `undefined` where there is no dialog yet. */
  sendRequest(
    method: string,
    { extraHeaders, body, eventHandlers: on = {} }: RequestOptions = {},
  ): OutgoingRequest | undefined {
    const spec = { method, dialog: this._handle };
    if (!this._ua._port().inDialog(this._handle)) return undefined;
    const { request } = this._ua._requester().send(spec, cloneArray(extraHeaders), body, {
      response: (response) => {
        const code = response.status_code;
        if (code < 200) return;
        if (code < 300) on.onSuccessResponse?.(response);
        else if (code === 408 || code === 481) on.onDialogError?.(response);
        else on.onErrorResponse?.(response);
      },
      failed: (why) => {
        if (why === 'timeout') on.onRequestTimeout?.();
        else if (why === 'transport') on.onTransportError?.();
        else on.onDialogError?.();
      },
      resent: (again) => on.onAuthenticated?.(again),
    });
    return request;
  }

  abstract terminate(options?: object): void;

  onTransportError(): void {
    this._lost(500, SIP_C.causes.CONNECTION_ERROR);
  }

  onRequestTimeout(): void {
    this._lost(408, SIP_C.causes.REQUEST_TIMEOUT);
  }

  onDialogError(): void {
    this._lost(500, SIP_C.causes.DIALOG_ERROR);
  }

  newDTMF(event: Parameters<RTCSessionEventMap['newDTMF']>[0]): void {
    this.emit('newDTMF', event);
  }

  newInfo(event: Parameters<RTCSessionEventMap['newInfo']>[0]): void {
    this.emit('newInfo', event);
  }

  _is(...statuses: number[]): boolean {
    return statuses.includes(this._status);
  }

  _lost(status_code: number, cause: string): void {
    if (!this.isEnded()) this.terminate({ status_code, reason_phrase: cause, cause });
  }

  _end(spec: Partial<EndSpec> & { cause: string }): void {
    this._ua._port().end(this._handle, { originator: 'local', headers: [], ...spec });
  }

  /** The call is known, by its handle and by its id. */
  _known(handle: DialogHandle, id: string): void {
    this._handle = handle;
    this._id = id;
    this._ua._sessions[id] = this as never;
    this._ua._calls.set(handle, this as never);
    this._ua._dialogs.set(handle, this as never);
  }

  /** Replaces' value that names this call at its other end. */
  _replaces(): string {
    const [ours, theirs] =
      this._direction === 'outgoing' ? [this._from_tag, this._to_tag] : [this._to_tag, this._from_tag];
    return `${this._request.call_id};to-tag=${theirs};from-tag=${ours}`;
  }

  _setLocalMediaStatus(): void {
    const held = this._localHold || this._remoteHold;
    this._peer()?.enable('audio', !held && !this._audioMuted);
    this._peer()?.enable('video', !held && !this._videoMuted);
  }

  _setHold(originator: 'local' | 'remote', on: boolean): void {
    if (originator === 'local') this._localHold = on;
    else this._remoteHold = on;
    this._setLocalMediaStatus();
    this.emit(on ? 'hold' : 'unhold', { originator });
  }

  /** It is over. */
  _over(failed: boolean, originator: Originator, cause: string, message: EndEvent['message']): void {
    if (this._status === STATUS.STATUS_TERMINATED) return;
    const event: EndEvent = { originator, message, cause };
    if (failed) this.emit('_failed', event);
    else this._end_time = new Date();
    this._close();
    this.emit(failed ? 'failed' : 'ended', event);
  }

  _close(): void {
    this._status = STATUS.STATUS_TERMINATED;
    if (this._localMediaStreamLocallyGenerated) closeMediaStream(this._localMediaStream);
    this._peer()?.connection.close();
    if (this._id !== null) delete this._ua._sessions[this._id];
    this._ua._calls.delete(this._handle);
    this._ua._dialogs.delete(this._handle);
  }
}

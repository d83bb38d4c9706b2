import { C as SIP_C } from './constants.js';
import type { IncomingRequest } from './incoming.js';
import { DTMF, Info } from './info.js';
import type { OutgoingRequest } from './outgoing.js';
import type { Peer } from './peer.js';
import { ReferNotifier, type ReferSubscriber } from './refer.js';
import type { RTCSession } from './session.js';
import { SessionBase, STATUS } from './session-base.js';
import type { RejectOptions } from './session-events.js';
import type { AnswerOptions, CallOptions, RenegotiateOptions } from './session-options.js';
import { heldSdp, holds, parseSdp } from './sdp.js';
import { cloneArray, isDecimal } from './text.js';

const { causes } = SIP_C;
const REPLACED = 'replaces';

/** A description's media type, whatever its parameters. */
const isSdp = (request: IncomingRequest): boolean =>
  /^application\/sdp\s*(;|$)/i.test(request.getHeader('content-type') ?? '');

/** What a call does with its peer connection, and with what comes inside it. */
export abstract class InDialog extends SessionBase {
  _rtcOfferConstraints: RTCOfferOptions | null = null;
  _rtcAnswerConstraints: RTCOfferOptions | null = null;
  _sessionExpires: number = SIP_C.SESSION_EXPIRES;
  _referSubscribers = new Set<ReferSubscriber>();
  /** What becomes of our new offer. */
  _renegotiation: { done?: (() => void) | undefined; undo?: (() => void) | undefined } | undefined;

  /** Whether an offer of ours could go out now. */
  isReadyToReOffer(): boolean {
    return !!this._peer()?.ready && !this._renegotiation && this._isUp() && !this._ua._port().offering(this._handle);
  }

  /** A request inside the call. */
  receiveRequest(request: IncomingRequest): void {
    const { method } = request;
    if (method === SIP_C.OPTIONS || method === SIP_C.MESSAGE) return this._ua.receiveRequest(request);
    const isEarly = this._is(STATUS.STATUS_1XX_RECEIVED, STATUS.STATUS_WAITING_FOR_ANSWER, STATUS.STATUS_ANSWERED);
    const fits =
      method === SIP_C.INFO
        ? isEarly || this._isUp()
        : this._status === STATUS.STATUS_CONFIRMED || !/^(REFER|NOTIFY)$/.test(method);
    if (!fits) return request.reply(403, 'Wrong Status');
    if (method === SIP_C.INFO) this._informed(request);
    else if (method === SIP_C.REFER) this._referred(request);
    else if (method === SIP_C.NOTIFY) this._notified(request);
    else request.reply(501);
  }

  _isUp(): boolean {
    return this._is(STATUS.STATUS_WAITING_FOR_ACK, STATUS.STATUS_CONFIRMED);
  }

  _mayReoffer(): boolean {
    return this._ua.isConnected() && this.isReadyToReOffer();
  }

  _remember({ rtcOfferConstraints, rtcAnswerConstraints, sessionTimersExpires, data }: AnswerOptions): void {
    this._rtcOfferConstraints = rtcOfferConstraints ?? null;
    this._rtcAnswerConstraints = rtcAnswerConstraints ?? null;
    if (data) this._data = data;
    if (isDecimal(sessionTimersExpires) && Number(sessionTimersExpires) >= SIP_C.MIN_SESSION_EXPIRES) {
      this._sessionExpires = Number(sessionTimersExpires);
    }
  }

  /** What is opened to answer this offer. */
  _answerConstraints({ mediaConstraints, mediaStream, rtcOfferConstraints }: AnswerOptions): MediaStreamConstraints {
    const constraints: MediaStreamConstraints = { ...mediaConstraints };
    const request = this._request as IncomingRequest;
    const media = request.body ? request.parseSDP().media : undefined;
    for (const kind of ['audio', 'video'] as const) {
      if (mediaStream) {
        if (constraints[kind] === false) {
          for (const track of mediaStream.getTracks()) if (track.kind === kind) mediaStream.removeTrack(track);
        }
        continue;
      }
      const lines = media?.filter(({ type }) => type === kind);
      // Who asks for an offer is offered a voice.
      constraints[kind] ??= lines
        ? lines.some(({ direction = 'sendrecv' }) => direction === 'sendrecv')
        : kind === 'audio';
      const receives =
        kind === 'audio' ? rtcOfferConstraints?.offerToReceiveAudio : rtcOfferConstraints?.offerToReceiveVideo;
      if (lines && !lines.length && !receives) constraints[kind] = false;
    }
    return constraints;
  }

  async _invite(request: OutgoingRequest, { mediaConstraints, mediaStream }: CallOptions): Promise<void> {
    const peer = this._peer() as Peer;
    await undefined;
    if (!(await this._openMedia(mediaConstraints || { audio: true, video: true }, mediaStream, {}))) return;
    this.emit('connecting', { request });
    let sdp: string;
    try {
      sdp = await peer.queue(() => peer.describe('offer', this._rtcOfferConstraints));
    } catch {
      if (!this.isEnded()) this._end({ cause: causes.WEBRTC_ERROR });
      return;
    }
    if (this.isEnded()) return;
    request.body = sdp;
    this._status = STATUS.STATUS_INVITE_SENT;
    this.emit('sending', { request });
    if (!this.isEnded()) this._ua._port().invite(this._handle, request._lines(), request.body);
  }

  async _answer(constraints: MediaStreamConstraints, { mediaStream, extraHeaders }: AnswerOptions): Promise<void> {
    const peer = this._peer() as Peer;
    const request = this._request as IncomingRequest;
    await undefined;
    if (!(await this._openMedia(constraints, mediaStream, { statusCode: 480 }))) return;
    if (request.body) {
      const offer = peer.shown('remote', 'offer', request.body);
      try {
        await peer.queue(() => peer.apply('offer', offer));
      } catch (error) {
        if (this.isEnded()) return;
        this._end({ statusCode: 488, originator: 'system', cause: causes.WEBRTC_ERROR });
        return peer.failed('setremotedescriptionfailed', error);
      }
      if (this.isEnded()) return;
    }
    this.emit('connecting', { request });
    let sdp: string;
    try {
      sdp = await peer.queue(() =>
        request.body
          ? peer.describe('answer', this._rtcAnswerConstraints)
          : peer.describe('offer', this._rtcOfferConstraints),
      );
    } catch {
      if (!this.isEnded()) this._end({ statusCode: 500, originator: 'system', cause: causes.INTERNAL_ERROR });
      return;
    }
    if (this.isEnded()) return;
    if (!this._ua._port().accept(this._handle, cloneArray(extraHeaders), sdp, this._sessionExpires)) {
      return this._over(true, 'system', causes.CONNECTION_ERROR, null);
    }
    this._status = STATUS.STATUS_WAITING_FOR_ACK;
    this._accepted();
    this.emit('accepted', { originator: 'local', response: null });
  }

  /** Whether the call goes on. */
  async _openMedia(
    constraints: MediaStreamConstraints,
    given: MediaStream | undefined,
    refusal: { statusCode?: number },
  ): Promise<boolean> {
    if (given) {
      this._localMediaStream = given;
    } else if (constraints.audio || constraints.video) {
      this._localMediaStreamLocallyGenerated = true;
      try {
        this._localMediaStream = await navigator.mediaDevices.getUserMedia(constraints);
      } catch (error) {
        if (this.isEnded()) return false;
        this._end({ ...refusal, cause: causes.USER_DENIED_MEDIA_ACCESS });
        this.emit('getusermediafailed', error);
        return false;
      }
    }
    if (this.isEnded()) {
      if (!given) for (const track of this._localMediaStream?.getTracks() ?? []) track.stop();
      return false;
    }
    if (this._localMediaStream) this._peer()?.addStream(this._localMediaStream);
    if (this._audioMuted) this._peer()?.enable('audio', false);
    if (this._videoMuted) this._peer()?.enable('video', false);
    return true;
  }

  /** Their answer to INVITE's offer, to our 200's or to a new one. */
  async _applyAnswer(sdp: string): Promise<void> {
    const peer = this._peer() as Peer;
    const port = this._ua._port();
    const answer = peer.shown('remote', 'answer', sdp);
    try {
      await peer.queue(async () => {
        await peer.offerAgain(this._rtcOfferConstraints);
        await peer.apply('answer', answer);
      });
    } catch (error) {
      if (this.isEnded()) return;
      port.notApplied(this._handle, 488, causes.BAD_MEDIA_DESCRIPTION);
      return peer.failed('setremotedescriptionfailed', error);
    }
    if (!this.isEnded()) port.applied(this._handle);
  }

  _accepted(): void {
    this._start_time = new Date();
  }

  _confirm(ack: IncomingRequest | null): void {
    if (this._is_confirmed || this.isEnded()) return;
    this._is_confirmed = true;
    if (ack) this.emit('confirmed', { originator: 'remote', ack });
    else this.emit('confirmed', { originator: 'local', ack: null });
  }

  /** A new offer of ours. */
  async _reoffer(options: RenegotiateOptions, done?: () => void, undo?: () => void): Promise<void> {
    const peer = this._peer() as Peer;
    this._renegotiation = { done, undo };
    try {
      const made = await peer.queue(() =>
        peer.describe('offer', options.rtcOfferConstraints ?? this._rtcOfferConstraints),
      );
      if (this.isEnded()) return;
      const sdp = heldSdp(made, this._localHold, this._remoteHold);
      // JsSIP shows it once more, and takes no notice of what becomes of it.
      peer.shown('local', 'offer', sdp);
      this._ua
        ._port()
        .offer(this._handle, options.useUpdate ? 'UPDATE' : 'INVITE', cloneArray(options.extraHeaders), sdp);
    } catch {
      this._renegotiated(false);
    }
  }

  _renegotiated(ok: boolean): void {
    const { done, undo } = this._renegotiation ?? {};
    this._renegotiation = undefined;
    if (this.isEnded()) return;
    if (!ok) this._peer()?.rollback();
    (ok ? done : undo)?.();
  }

  /** A new offer of theirs, or a refresh. */
  _reoffered(request: IncomingRequest): void {
    let rejected = false;
    const event = {
      request,
      callback: undefined as (() => void) | undefined,
      reject: ({ status_code, reason_phrase, extraHeaders }: RejectOptions = {}): void => {
        if (this.isEnded()) return;
        status_code ||= 403;
        if (status_code < 300 || status_code >= 700) throw new TypeError(`Invalid status_code: ${status_code}`);
        rejected = true;
        request.reply(status_code, reason_phrase, extraHeaders);
      },
    };
    this.emit(request.method === SIP_C.UPDATE ? 'update' : 'reinvite', event);
    if (rejected || this.isEnded()) return;
    if (request.body && !isSdp(request)) return request.reply(415);
    void this._answerOffer(request).then((sent) => {
      if (sent) event.callback?.();
    });
  }

  async _answerOffer(request: IncomingRequest): Promise<boolean> {
    const peer = this._peer() as Peer;
    let sdp: string | null = null;
    if (request.body) {
      const offer = peer.shown('remote', 'offer', request.body);
      const held = holds(parseSdp(request.body));
      try {
        await peer.queue(() => peer.apply('offer', offer));
      } catch (error) {
        request.reply(488);
        peer.failed('setremotedescriptionfailed', error);
        return false;
      }
      if (this.isEnded()) return false;
      if (held !== this._remoteHold) this._setHold('remote', held);
    } else if (request.method === SIP_C.INVITE && this._remoteHold) {
      this._setHold('remote', false);
    }
    try {
      if (request.body) sdp = await peer.queue(() => peer.describe('answer', this._rtcAnswerConstraints));
      else if (request.method === SIP_C.INVITE) {
        const offer = await peer.queue(() => peer.describe('offer', this._rtcOfferConstraints));
        sdp = heldSdp(offer, this._localHold, this._remoteHold);
      }
    } catch {
      request.reply(500);
      return false;
    }
    if (this.isEnded()) return false;
    if (request.method === SIP_C.INVITE) this._status = STATUS.STATUS_WAITING_FOR_ACK;
    request.reply(200, null, [], sdp);
    return true;
  }

  _informed(request: IncomingRequest): void {
    const type = request.getHeader('content-type');
    if (type === undefined) request.reply(415);
    else if (/^application\/dtmf-relay/i.test(type)) new DTMF(this as never).init_incoming(request);
    else new Info(this as never).init_incoming(request);
  }

  _follow(subscriber: ReferSubscriber): void {
    this._referSubscribers.add(subscriber);
    for (const event of ['requestFailed', 'accepted', 'failed'] as const)
      subscriber.on(event, () => this._referSubscribers.delete(subscriber));
  }

  _notified(request: IncomingRequest): void {
    const { event } = request;
    if (!event) return request.reply(400);
    if (event.event !== 'refer') return request.reply(489);
    const id = event.params?.['id'];
    const all = [...this._referSubscribers];
    if (!id && all.length !== 1) return request.reply(400, 'Missing event id parameter');
    const subscriber = id ? all.find((one) => String(one.id) === id) : all[0];
    if (!subscriber) return request.reply(481, 'Subscription does not exist');
    subscriber.receiveNotify(request);
    request.reply(200);
  }

  _referred(request: IncomingRequest): void {
    const to = request.refer_to;
    if (!to) return request.reply(400);
    if (to.uri.scheme !== SIP_C.SIP) return request.reply(416);
    request.reply(202);
    const notifier = new ReferNotifier(this as never, request.cseq);
    this.emit('refer', {
      request,
      accept: (initCallback?: ((session: RTCSession) => void) | null, options: CallOptions = {}) => {
        if (!this._isUp()) return;
        const session = new (this.constructor as typeof RTCSession)(this._ua);
        session.on(
          'progress',
          ({ response }) => response && notifier.notify(response.status_code, response.reason_phrase),
        );
        session.on(
          'accepted',
          ({ response }) => response && notifier.notify(response.status_code, response.reason_phrase),
        );
        session.on('_failed', ({ message, cause }) => {
          if (message && 'status_code' in message) notifier.notify(message.status_code, message.reason_phrase);
          else notifier.notify(487, cause);
        });
        const target = to.uri.clone();
        const replaces = target.getHeader(REPLACED)?.[0];
        target.clearHeaders();
        const extraHeaders = [
          ...cloneArray(options.extraHeaders),
          ...(replaces ? [`Replaces: ${decodeURIComponent(replaces)}`] : []),
        ];
        session.connect(target, { ...options, extraHeaders }, typeof initCallback === 'function' ? initCallback : null);
      },
      reject: () => notifier.notify(603),
    });
  }

  /** An INVITE that would take this call's place. */
  _receiveReplaces(request: IncomingRequest): void {
    this.emit(REPLACED, {
      request,
      accept: (initCallback?: (session: RTCSession) => void) => {
        if (!this._isUp()) return;
        const session = new (this.constructor as typeof RTCSession)(this._ua);
        session.on('confirmed', () => {
          if (!this.isEnded()) this.terminate();
        });
        session.init_incoming(request, initCallback);
      },
      reject: () => request.reply(486),
    });
  }
}

import { C as SIP_C } from './constants.js';
import type { EventEmitter } from './emitter.js';
import { InvalidStateError, NotSupportedError } from './exceptions.js';
import type { IncomingRequest } from './incoming.js';
import { DTMF, Info } from './info.js';
import { OutgoingRequest } from './outgoing.js';
import { Peer } from './peer.js';
import type { EngineEvent } from './port.js';
import { type ReferOptions, ReferSubscriber } from './refer.js';
import { InDialog } from './session-dialog.js';
import type {
  AnswerOptions,
  CallOptions,
  DTMFOptions,
  ExtraHeaders,
  HoldOptions,
  RenegotiateOptions,
  TerminateOptions,
} from './session-options.js';
import { STATUS } from './session-base.js';
import { cloneArray, isDecimal, reasonPhrase } from './text.js';
import type { URI } from './uri.js';

export type { CallOptions, TerminateOptions };

type CallEvent = Extract<EngineEvent, { call: number }>;

const PAUSE = 2000;

/** A call. */
export class RTCSession extends InDialog {
  static readonly C = STATUS;

  _tones: string | null = null;

  /** Calls `target`. `UA.call` does this. */
  connect(
    target: string | URI,
    options: CallOptions = {},
    initCallback?: ((session: RTCSession) => void) | null,
  ): void {
    if (target === undefined) throw new TypeError('Not enough arguments');
    if (this._status !== STATUS.STATUS_NULL) throw new InvalidStateError(this._status);
    if (!('RTCPeerConnection' in globalThis)) throw new NotSupportedError('WebRTC not supported');
    const uri = this._ua.normalizeTarget(target);
    if (!uri) throw new TypeError(`Invalid target: ${target}`);
    this._remember(options);
    for (const [event, listener] of Object.entries(options.eventHandlers ?? {}))
      this.on(event as never, listener as never);
    const { anonymous = false } = options;
    this._contact = this._ua.contact.toString({ anonymous, outbound: true });
    const { handle, text } = this._ua._port().call({
      target: String(uri),
      anonymous,
      sessionExpires: this._sessionExpires,
      ...this._ua._from(options),
    });
    const headers = [...cloneArray(options.extraHeaders), ...(anonymous ? [] : this._ua._preferred(options))];
    const request = (this._request = new OutgoingRequest(text, headers));
    this._direction = 'outgoing';
    this._from_tag = request.from.getParam('tag') as string;
    this._known(handle, request.call_id + this._from_tag);
    this._createPeer(options);
    initCallback?.(this);
    this._ua.emit('newRTCSession', { originator: 'local', session: this, request });
    if (this._ua._status === this._ua.C.STATUS_USER_CLOSED) this._end({ cause: SIP_C.causes.CANCELED });
    else void this._invite(request, options);
  }

  /** Lets it ring. */
  init_incoming(request: IncomingRequest, initCallback?: ((session: RTCSession) => void) | null): void {
    this._request = request;
    this._from_tag = request.from_tag;
    this._to_tag = request.to_tag as string;
    this._direction = 'incoming';
    this._status = STATUS.STATUS_WAITING_FOR_ANSWER;
    this._contact = this._ua.contact.toString();
    this._known(request._handle, request.call_id + request.from_tag);
    initCallback?.(this);
    this._ua.emit('newRTCSession', { originator: 'remote', session: this, request });
    if (this.isEnded()) return;
    this._ua._port().ring(this._handle, []);
    if (!this.isEnded()) this.emit('progress', { originator: 'local', response: null });
  }

  answer(options: AnswerOptions = {}): void {
    if (this._direction !== 'incoming') throw new NotSupportedError('"answer" not supported for outgoing RTCSession');
    if (this._status !== STATUS.STATUS_WAITING_FOR_ANSWER) throw new InvalidStateError(this._status);
    this._remember(options);
    this._status = STATUS.STATUS_ANSWERED;
    const constraints = this._answerConstraints(options);
    this._createPeer(options);
    void this._answer(constraints, options);
  }

  /** Refuses, cancels or hangs up. Throws where it is over or the status code does not fit. */
  terminate(options: TerminateOptions = {}): void {
    const { status_code, reason_phrase, body } = options;
    const cause = options.cause || SIP_C.causes.BYE;
    const headers = cloneArray(options.extraHeaders);
    if (this._status === STATUS.STATUS_TERMINATED) throw new InvalidStateError(this._status);
    const isRinging = this._is(STATUS.STATUS_WAITING_FOR_ANSWER, STATUS.STATUS_ANSWERED);
    const code = status_code || (isRinging ? 480 : undefined);
    if (code !== undefined && (code < (isRinging ? 300 : 200) || code >= 700))
      throw new TypeError(`Invalid status_code: ${code}`);
    const reasonPhraseOf = reason_phrase || (code && reasonPhrase(code)) || '';
    const spec = { statusCode: code, reasonPhrase: reasonPhraseOf };
    if (isRinging) this._end({ ...spec, headers, body, cause: SIP_C.causes.REJECTED });
    else if (this.isInProgress()) this._end({ ...spec, cause: SIP_C.causes.CANCELED });
    else this._end({ ...spec, headers, body, cause });
  }

  /** Keys one after the other; `,` pauses two seconds. */
  sendDTMF(tones: string | number, options: DTMFOptions = {}): void {
    const { extraHeaders } = options;
    const transportType = options.transportType || SIP_C.DTMF_TRANSPORT.INFO;
    if (tones === undefined) throw new TypeError('Not enough arguments');
    this._mayInform();
    if (!/^(INFO|RFC2833)$/.test(transportType)) throw new TypeError(`invalid transportType: ${transportType}`);
    const text = String(tones);
    if (!/^[0-9A-DR#*,]+$/i.test(text)) throw new TypeError(`Invalid tones: ${text}`);
    const { MIN_DURATION, MAX_DURATION, DEFAULT_DURATION, MIN_INTER_TONE_GAP, DEFAULT_INTER_TONE_GAP } = DTMF.C;
    const duration = milliseconds('tone duration', options.duration, DEFAULT_DURATION, MIN_DURATION, MAX_DURATION);
    const gap = milliseconds('interToneGap', options.interToneGap, DEFAULT_INTER_TONE_GAP, MIN_INTER_TONE_GAP);
    if (transportType === SIP_C.DTMF_TRANSPORT.RFC2833) {
      const sender = this.connection?.getSenders().find(({ track }) => track?.kind === 'audio')?.dtmf;
      sender?.insertDTMF(sender.toneBuffer + text, duration, gap);
    } else if (this._tones) {
      this._tones += text;
    } else {
      this._tones = text;
      this._press(duration, gap, extraHeaders);
    }
  }

  sendInfo(contentType: string, body?: string, options?: ExtraHeaders): void {
    this._mayInform();
    new Info(this).send(contentType, body, options);
  }

  /** Whether it is done: not while another offer is under way, nor without a connection. */
  hold(options: HoldOptions = {}, done?: () => void): boolean {
    return this._hold(true, options, done);
  }

  unhold(options: HoldOptions = {}, done?: () => void): boolean {
    return this._hold(false, options, done);
  }

  renegotiate(options: RenegotiateOptions = {}, done?: () => void): boolean {
    if (!this._mayReoffer()) return false;
    this._setLocalMediaStatus();
    void this._reoffer(options, done);
    return true;
  }

  /** Asks the far end to call `target` instead. `false` where the call is not established. */
  refer(target: string | URI, options?: ReferOptions): ReferSubscriber | false {
    if (!this._isUp()) return false;
    const uri = this._ua.normalizeTarget(target);
    if (!uri) throw new TypeError(`Invalid target: ${target}`);
    const subscriber = new ReferSubscriber(this);
    subscriber.sendRefer(uri, options);
    this._follow(subscriber);
    return subscriber;
  }

  _on(event: CallEvent): void {
    switch (event.type) {
      case 'progress': {
        const { message: response } = event;
        this._status = STATUS.STATUS_1XX_RECEIVED;
        if (response.status_code > 100) this.emit('progress', { originator: 'remote', response });
        return;
      }
      case 'answer':
        void this._applyAnswer(event.sdp);
        return;
      case 'answered': {
        const { message: response } = event;
        this._to_tag = response.to_tag ?? null;
        this._accepted();
        this._status = STATUS.STATUS_CONFIRMED;
        this.emit('accepted', { originator: 'remote', response });
        this._confirm(null);
        return;
      }
      case 'acknowledged':
        this._status = STATUS.STATUS_CONFIRMED;
        this._confirm(event.message);
        return;
      case 'ended':
        return this._over(event.failed, event.originator, event.cause, event.message);
      case 'reoffered':
        return this._reoffered(this._ua._incoming(event.request, event.message));
      case 'renegotiated':
        return this._renegotiated(event.ok);
      case 'refresh':
        void this._reoffer({});
    }
  }

  /** INVITE went out again. */
  _resent(text: string): void {
    if (this._request instanceof OutgoingRequest) this._request._resent(text);
  }

  _createPeer({ pcConfig, rtcConstraints }: AnswerOptions): void {
    const peer = new Peer(
      { ...(pcConfig || { iceServers: [] }) },
      rtcConstraints,
      this._ua.configuration.ice_gathering_timeout,
      {
        emit: (event, payload) => (this as EventEmitter<any>).emit(event, payload),
        broken: () => this._lost(408, SIP_C.causes.RTP_TIMEOUT),
      },
    );
    this._peer = () => peer;
    this.emit('peerconnection', { peerconnection: peer.connection });
  }

  _hold(on: boolean, options: HoldOptions, done?: () => void): boolean {
    if (this._localHold === on || !this._mayReoffer()) return false;
    this._setHold('local', on);
    // RFC 3261 §14.1: what is refused leaves the call as it was.
    void this._reoffer(options, done, () => this._setHold('local', !on));
    return true;
  }

  _mayInform(): void {
    if (!this._isUp() && this._status !== STATUS.STATUS_1XX_RECEIVED) throw new InvalidStateError(this._status);
  }

  _press(duration: number, gap: number, extraHeaders: string[] | undefined): void {
    const tone = this._tones?.[0];
    if (!tone || this.isEnded()) {
      this._tones = null;
      return;
    }
    this._tones = (this._tones as string).slice(1);
    if (tone !== ',') new DTMF(this).send(tone, duration, extraHeaders, () => (this._tones = null));
    setTimeout(() => this._press(duration, gap, extraHeaders), tone === ',' ? PAUSE : duration + gap);
  }
}

function milliseconds(name: string, given: unknown, byDefault: number, least: number, most = Infinity): number {
  if (!given) return byDefault;
  if (!isDecimal(given)) throw new TypeError(`Invalid ${name}: ${given}`);
  return Math.min(Math.max(Math.abs(Number(given)), least), most);
}

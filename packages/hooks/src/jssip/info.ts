import { EventEmitter } from './emitter.js';
import type { IncomingRequest, IncomingResponse } from './incoming.js';
import type { RTCSession } from './session.js';
import { cloneArray } from './text.js';

export interface InfoEventMap {
  succeeded: (event: { originator: 'remote'; response: IncomingResponse }) => void;
  failed: (event: { originator: 'remote'; response: IncomingResponse }) => void;
}

export interface ExtraHeaders {
  extraHeaders?: string[];
}

/** A message inside a call. */
export class Info extends EventEmitter<InfoEventMap> {
  _session: RTCSession;
  _direction: 'incoming' | 'outgoing' | null = null;
  _contentType: string | undefined;
  _body: string | undefined;

  constructor(session: RTCSession) {
    super();
    this._session = session;
  }

  get contentType(): string | undefined {
    return this._contentType;
  }

  get body(): string | undefined {
    return this._body;
  }

  send(contentType: string, body?: string, options: ExtraHeaders = {}): void {
    if (contentType === undefined) throw new TypeError('Not enough arguments');
    this._contentType = contentType;
    this._body = body;
    this._direction = 'outgoing';
    this._session.newInfo({ originator: 'local', info: this, request: undefined });
    sendInfo(this, this._session, options.extraHeaders, contentType, body);
  }

  init_incoming(request: IncomingRequest): void {
    this._direction = 'incoming';
    request.reply(200);
    this._contentType = request.getHeader('Content-Type')?.toLowerCase();
    this._body = request.body;
    this._session.newInfo({ originator: 'remote', info: this, request });
  }
}

/** A key that was pressed. */
export class DTMF extends EventEmitter<InfoEventMap> {
  static readonly C = {
    MIN_DURATION: 70,
    MAX_DURATION: 6000,
    DEFAULT_DURATION: 100,
    MIN_INTER_TONE_GAP: 50,
    DEFAULT_INTER_TONE_GAP: 500,
  };

  _session: RTCSession;
  _direction: 'incoming' | 'outgoing' | null = null;
  _tone: string | null = null;
  _duration: number | null = null;

  constructor(session: RTCSession) {
    super();
    this._session = session;
  }

  get tone(): string | null {
    return this._tone;
  }

  /** In milliseconds. */
  get duration(): number | null {
    return this._duration;
  }

  send(tone: string, duration: number, extraHeaders: string[] | undefined, onFailed: () => void): void {
    this._tone = tone.toUpperCase();
    this._duration = duration;
    this._direction = 'outgoing';
    this._session.newDTMF({ originator: 'local', dtmf: this, request: null });
    sendInfo(
      this,
      this._session,
      extraHeaders,
      'application/dtmf-relay',
      `Signal=${this._tone}\r\nDuration=${duration}`,
      onFailed,
    );
  }

  init_incoming(request: IncomingRequest): void {
    this._direction = 'incoming';
    request.reply(200);
    const [signal = '', duration = ''] = request.body.split('\n');
    this._tone = /^Signal\s*=\s*([0-9A-D#*])/.exec(signal)?.[1] ?? null;
    this._duration = Number(/^Duration\s*=\s*(\d{1,4})/.exec(duration)?.[1]) || DTMF.C.DEFAULT_DURATION;
    if (this._tone) this._session.newDTMF({ originator: 'remote', dtmf: this, request });
  }
}

function sendInfo(
  info: EventEmitter<InfoEventMap>,
  session: RTCSession,
  extraHeaders: string[] | undefined,
  contentType: string,
  body: string | undefined,
  onFailed?: () => void,
): void {
  session.sendRequest('INFO', {
    extraHeaders: [...cloneArray(extraHeaders), `Content-Type: ${contentType}`],
    body,
    eventHandlers: {
      onSuccessResponse: (response) => info.emit('succeeded', { originator: 'remote', response }),
      onErrorResponse: (response) => {
        onFailed?.();
        info.emit('failed', { originator: 'remote', response });
      },
      onRequestTimeout: () => session.onRequestTimeout(),
      // The call outlives its connection.
      onTransportError: () => onFailed?.(),
      onDialogError: () => session.onDialogError(),
    },
  });
}

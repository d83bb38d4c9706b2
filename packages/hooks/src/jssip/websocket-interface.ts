import { logger } from './debug.js';
import { Grammar } from './grammar.js';
import type { Socket } from './socket.js';

const log = logger('WebSocketInterface');

/** A WebSocket to a SIP server. */
export class WebSocketInterface implements Socket {
  _url: string;
  _sip_uri: string;
  _via_transport: string;
  _ws: WebSocket | null = null;
  onconnect(): void {}
  ondisconnect(_error?: boolean, _code?: number, _reason?: string): void {}
  ondata(_message: string | ArrayBuffer): void {}

  /** `ws://…` or `wss://…`; throws where it is not. */
  constructor(url: string) {
    const { scheme, host, port } = Grammar.parse(url, 'absoluteURI') as {
      scheme?: string;
      host?: string;
      port?: number;
    };
    if (!host || !/^wss?$/.test(scheme as string)) {
      log.warn(`invalid WebSocket URI: ${url}`);
      throw new TypeError(`Invalid argument: ${url}`);
    }
    this._url = url;
    this._sip_uri = `sip:${host}${port ? `:${port}` : ''};transport=ws`;
    this._via_transport = (scheme as string).toUpperCase();
  }

  get via_transport(): string {
    return this._via_transport;
  }

  set via_transport(value: string) {
    this._via_transport = value.toUpperCase();
  }

  get sip_uri(): string {
    return this._sip_uri;
  }

  get url(): string {
    return this._url;
  }

  connect(): void {
    if (this.isConnected() || this.isConnecting()) return;
    this.disconnect();
    log.debug(`connecting to WebSocket ${this._url}`);
    try {
      const ws = (this._ws = new WebSocket(this._url, 'sip'));
      ws.binaryType = 'arraybuffer';
      ws.onopen = () => this.onconnect();
      ws.onclose = ({ wasClean, code, reason }) => this.ondisconnect(!wasClean, code, reason);
      ws.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => this.ondata(data);
      ws.onerror = (event) => log.warn(`WebSocket ${this._url} error: `, event);
    } catch (error) {
      log.warn(`WebSocket ${this._url} error: `, error);
    }
  }

  disconnect(): void {
    const ws = this._ws;
    if (!ws) return;
    ws.onopen = ws.onclose = ws.onmessage = ws.onerror = null;
    ws.close();
    this._ws = null;
  }

  send(message: string): boolean {
    if (!this.isConnected()) {
      log.warn('unable to send message, WebSocket is not open');
      return false;
    }
    (this._ws as WebSocket).send(message);
    return true;
  }

  isConnected(): boolean {
    return !!this._ws && this._ws.readyState === this._ws.OPEN;
  }

  isConnecting(): boolean {
    return !!this._ws && this._ws.readyState === this._ws.CONNECTING;
  }
}

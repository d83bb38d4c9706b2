import { Grammar } from './grammar.js';
import { isFunction, isString } from './utils.js';

/** A way to a server. {@link WebSocketInterface} is one; applications may bring others. */
export interface Socket {
  /** Of Via: `WS`, `WSS`, `TCP` … */
  via_transport: string;
  readonly url: string;
  /** The server's, for a preloaded Route. */
  readonly sip_uri: string;
  connect(): void;
  disconnect(): void;
  /** Whether it went out. */
  send(message: string): boolean;
  isConnected?(): boolean | null;
  isConnecting?(): boolean | null;
  onconnect?(): void;
  ondisconnect?(error?: boolean, code?: number, reason?: string): void;
  ondata?(message: string | ArrayBuffer): void;
}

/** Of the sockets that can be had, the heaviest is used. */
export interface WeightedSocket {
  socket: Socket;
  weight?: number;
}

export function isSocket(socket: unknown): socket is Socket {
  if (!socket || Array.isArray(socket)) return false;
  const fields = socket as Record<string, unknown>;
  return (
    isString(fields['url']) &&
    isString(fields['via_transport']) &&
    isString(fields['sip_uri']) &&
    Grammar.parse(fields['sip_uri'], 'SIP_URI') !== -1 &&
    ['connect', 'disconnect', 'send'].every((method) => isFunction(fields[method]))
  );
}

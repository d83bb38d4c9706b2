export interface WeightedSocket {
  socket: Socket;
  /** Of the sockets that can be had, the heaviest is used. */
  weight: number;
}

/** A way to a server. `WebSocketInterface` is one; applications may bring others. */
export interface Socket {
  /** Of Via: `WS`, `WSS`, `TCP` … */
  via_transport: string;
  readonly url: string;
  /** The server's, for a preloaded Route. */
  readonly sip_uri: string;
  connect(): void;
  disconnect(): void;
  /** Whether it went out. */
  send(message: string | ArrayBufferLike | Blob | ArrayBufferView): boolean;
  isConnected(): boolean;
  isConnecting(): boolean;
  onconnect(): void;
  ondisconnect(error: boolean, code?: number, reason?: string): void;
  ondata<T>(event: T): void;
}

/** A WebSocket to a SIP server. */
export class WebSocketInterface implements Socket {
  /** `ws://…` or `wss://…`; throws where it is not. */
  constructor(url: string);
  get via_transport(): string;
  set via_transport(value: string);
  get url(): string;
  get sip_uri(): string;
  connect(): void;
  disconnect(): void;
  send(message: string | ArrayBufferLike | Blob | ArrayBufferView): boolean;
  isConnected(): boolean;
  isConnecting(): boolean;
  onconnect(): void;
  ondisconnect(error: boolean, code?: number, reason?: string): void;
  ondata<T>(event: T): void;
}

export interface RecoveryOptions {
  /** Seconds. */
  min_interval: number;
  max_interval: number;
}

/** The one connection of a user agent, over one of its sockets. */
export class Transport implements Socket {
  constructor(sockets: Socket | (Socket | WeightedSocket)[], recovery_options?: RecoveryOptions);
  socket: Socket;
  sockets: { socket: Socket; weight: number; status: number }[];
  status: number;
  recovery_options: RecoveryOptions;
  get via_transport(): string;
  set via_transport(value: string);
  get url(): string;
  get sip_uri(): string;
  connect(): void;
  disconnect(): void;
  send(message: string | ArrayBufferLike | Blob | ArrayBufferView): boolean;
  isConnected(): boolean;
  isConnecting(): boolean;
  onconnect(event?: any): void;
  ondisconnect(event?: any): void;
  ondata<T>(event: T): void;
}

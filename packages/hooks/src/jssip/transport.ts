import { logger } from './debug.js';
import type { Socket, WeightedSocket } from './socket.js';

const log = logger('Transport');

const CONNECTED = 0;
const CONNECTING = 1;
const DISCONNECTED = 2;

export interface ConnectingEvent {
  socket: Socket;
  /** Of connecting again, 0 at first. */
  attempts: number;
}

export interface ConnectedEvent {
  /** Over which messages go. */
  socket: Transport;
}

export interface DisconnectedEvent {
  socket: Socket;
  /** `false` where it was asked for. */
  error: boolean;
  /** Of the Close frame. */
  code?: number;
  reason?: string;
}

interface Way {
  socket: Socket;
  weight: number;
  /** Whether it failed since all of them did. */
  status: number;
}

/** The one connection of a user agent: over one of its sockets, made again when it is lost. */
export class Transport {
  status = DISCONNECTED;
  socket!: Socket;
  sockets: Way[];
  recovery_options: { min_interval: number; max_interval: number };
  recover_attempts = 0;
  recovery_timer: ReturnType<typeof setTimeout> | null = null;
  close_requested = false;
  onconnecting!: (event: ConnectingEvent) => void;
  onconnect!: (event: ConnectedEvent) => void;
  ondisconnect!: (event: DisconnectedEvent) => void;
  ondata!: (event: { transport: Transport; message: string }) => void;
  /** Keeps alive what nobody speaks over: the engine's or a server's line ends. */
  onkeepalive: ((text: string) => void) | undefined;

  constructor(sockets: WeightedSocket[], options: { min_interval: number; max_interval: number }) {
    this.sockets = sockets.map(({ socket, weight }) => ({ socket, weight: Number(weight || 0), status: 0 }));
    this.recovery_options = options;
    this._choose();
  }

  get via_transport(): string {
    return this.socket.via_transport;
  }

  get url(): string {
    return this.socket.url;
  }

  get sip_uri(): string {
    return this.socket.sip_uri;
  }

  connect(): void {
    if (this.status !== DISCONNECTED) return;
    this.close_requested = false;
    this.status = CONNECTING;
    this.onconnecting({ socket: this.socket, attempts: this.recover_attempts });
    if (this.close_requested) return;
    this.socket.onconnect = () => this._connected();
    this.socket.ondisconnect = (error, code, reason) => this._disconnected(error, code, reason);
    this.socket.ondata = (data) => this._received(data);
    this.socket.connect();
  }

  disconnect(): void {
    this.close_requested = true;
    this.recover_attempts = 0;
    this.status = DISCONNECTED;
    this._stopTimer();
    this.socket.onconnect = this.socket.ondisconnect = this.socket.ondata = () => {};
    this.socket.disconnect();
    this.ondisconnect({ socket: this.socket, error: false });
  }

  /** Whether it went out. */
  send(data: string | { toString(): string }): boolean {
    if (!this.isConnected()) {
      log.warn('unable to send message, transport is not connected');
      return false;
    }
    const message = data.toString();
    log.debug(`sending message:\n\n${message}\n`);
    return this.socket.send(message) as boolean;
  }

  isConnected(): boolean {
    return this.status === CONNECTED;
  }

  isConnecting(): boolean {
    return this.status === CONNECTING;
  }

  _connected(): void {
    this.recover_attempts = 0;
    this.status = CONNECTED;
    this._stopTimer();
    this.onconnect({ socket: this });
  }

  _disconnected(error?: unknown, code?: number, reason?: string): void {
    this.status = DISCONNECTED;
    this.ondisconnect({ socket: this.socket, error: error as boolean, code: code as number, reason: reason as string });
    if (this.close_requested) return;
    for (const way of this.sockets) if (way.socket === this.socket) way.status = 1;
    const { min_interval, max_interval } = this.recovery_options;
    const seconds = Math.floor(Math.random() * 2 ** ++this.recover_attempts + 1);
    const wait = seconds < min_interval ? min_interval : Math.min(seconds, max_interval);
    log.debug(`reconnection attempt: ${this.recover_attempts}. next connection attempt in ${wait} seconds`);
    this._stopTimer();
    this.recovery_timer = setTimeout(() => {
      if (this.close_requested || this.status !== DISCONNECTED) return;
      this._choose();
      this.connect();
    }, wait * 1000);
  }

  _received(data: string | ArrayBuffer): void {
    const message = typeof data === 'string' ? data : new TextDecoder().decode(data);
    if (message === '\r\n\r\n') {
      this.socket.send('\r\n');
    } else if (message !== '\r\n') {
      log.debug(`received ${typeof data === 'string' ? 'text' : 'binary'} message:\n\n${message}\n`);
      this.ondata({ transport: this, message });
    }
  }

  /** The heaviest of those that did not fail, by chance among equals; of all where all failed. */
  _choose(): void {
    if (this.sockets.every((way) => way.status)) for (const way of this.sockets) way.status = 0;
    const usable = this.sockets.filter((way) => !way.status);
    const most = Math.max(...usable.map((way) => way.weight));
    const heaviest = usable.filter((way) => way.weight === most);
    this.socket = (heaviest[Math.floor(Math.random() * heaviest.length)] as Way).socket;
  }

  _stopTimer(): void {
    clearTimeout(this.recovery_timer ?? undefined);
    this.recovery_timer = null;
  }
}

import type { SocketOutput } from '../engine/contract.js';
import { nextTask } from './next-task.js';

type Send = Extract<SocketOutput, { type: 'send' }>;

export interface SocketReports {
  opened(socket: number): void;
  received(socket: number, text: string): void;
  closed(socket: number, code: number, reason: string): void;
}

/** The WebSockets of the registrars. */
export class Sockets {
  readonly #reports: SocketReports;
  readonly #open = new Map<number, WebSocket>();
  readonly #later: Send[] = [];

  constructor(reports: SocketReports) {
    this.#reports = reports;
  }

  get size(): number {
    return this.#open.size;
  }

  perform(output: SocketOutput): void {
    switch (output.type) {
      case 'openSocket':
        return this.#connect(output.socket, output.uri);
      case 'send':
        // The application is told of its call before the caller hears that it rings; what follows keeps its place.
        if (this.#later.length === 0 && !output.text.startsWith('SIP/2.0 1')) return this.#send(output);
        if (this.#later.push(output) === 1) void nextTask().then(() => this.#flush());
        return;
      case 'closeSocket':
        return this.#close(output.socket, output.code);
    }
  }

  /** Closes all without a report. */
  closeAll(): void {
    for (const id of [...this.#open.keys()]) this.#close(id, 1000);
  }

  #send({ socket, text }: Send): void {
    const open = this.#open.get(socket);
    if (open?.readyState === WebSocket.OPEN) open.send(text);
  }

  #flush(): void {
    for (const waiting of this.#later.splice(0)) this.#send(waiting);
  }

  #connect(id: number, uri: string): void {
    let socket: WebSocket;
    try {
      socket = new WebSocket(uri, 'sip');
    } catch (error) {
      // A malformed address, or `ws:` from an `https:` page.
      return this.#reports.closed(id, 1006, String(error));
    }
    socket.binaryType = 'arraybuffer';
    this.#open.set(id, socket);
    socket.onopen = () => this.#reports.opened(id);
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) =>
      this.#reports.received(id, typeof data === 'string' ? data : new TextDecoder().decode(data));
    socket.onclose = ({ code, reason }) => {
      this.#open.delete(id);
      this.#reports.closed(id, code, reason);
    };
  }

  #close(id: number, code: number): void {
    this.#flush();
    const socket = this.#open.get(id);
    if (!socket) return;
    this.#open.delete(id);
    socket.onopen = socket.onmessage = socket.onclose = null;
    // Pages may send 1000 and 3000–4999 only.
    socket.close(code === 1000 || (code >= 3000 && code < 5000) ? code : 1000);
  }
}

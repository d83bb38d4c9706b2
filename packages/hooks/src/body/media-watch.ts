/** Silence of this many seconds is told. */
const SECONDS = 5;

/** Watches whether packets come in while they should, once a second. */
export class MediaWatch {
  readonly #connection: RTCPeerConnection;
  readonly #silent: () => void;
  #timer: ReturnType<typeof setInterval> | undefined;
  #packets = -1;
  #quiet = 0;

  constructor(connection: RTCPeerConnection, silent: () => void) {
    this.#connection = connection;
    this.#silent = silent;
  }

  start(): void {
    this.#quiet = 0;
    this.#timer ??= setInterval(() => void this.#look(), 1000);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #look(): Promise<void> {
    const expected = this.#connection
      .getTransceivers()
      .some(({ currentDirection }) => currentDirection === 'sendrecv' || currentDirection === 'recvonly');
    let packets = 0;
    (await this.#connection.getStats()).forEach((stats: RTCInboundRtpStreamStats) => {
      if (stats.type === 'inbound-rtp') packets += stats.packetsReceived ?? 0;
    });
    if (!this.#timer) return;
    this.#quiet = expected && packets === this.#packets ? this.#quiet + 1 : 0;
    this.#packets = packets;
    // Once for each silence.
    if (this.#quiet === SECONDS) this.#silent();
  }
}

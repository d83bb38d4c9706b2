/** Longest time without a tick, so that a sleep is noticed soon after it. */
const HEARTBEAT = 2000;

// A worker's timers run on time in a hidden tab, where the page's own run once a minute.
const WORKER = 'let t;onmessage=e=>{clearTimeout(t);t=setTimeout(postMessage,e.data,0)}';

/** Wakes its owner at a time, and every two seconds, also in a hidden tab; says when the machine slept. */
export class Clock {
  readonly #onTick: () => void;
  readonly #onWoke: () => void;
  #worker: Worker | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #offset = Date.now() - performance.now();
  #last = performance.now();
  #due = Infinity;
  #stopped = false;

  constructor(onTick: () => void, onWoke: () => void) {
    this.#onTick = onTick;
    this.#onWoke = onWoke;
    this.#worker = this.#start();
    this.#arm();
  }

  /** The next time of interest, by `performance.now()`. */
  wakeAt(time: number | undefined): void {
    const due = Math.min(time ?? Infinity, this.#last + HEARTBEAT);
    if (due === this.#due || this.#stopped) return;
    this.#due = due;
    this.#arm();
  }

  stop(): void {
    this.#stopped = true;
    this.#worker?.terminate();
    clearTimeout(this.#timer);
  }

  #start(): Worker | undefined {
    try {
      const url = URL.createObjectURL(new Blob([WORKER], { type: 'text/javascript' }));
      const worker = new Worker(url);
      URL.revokeObjectURL(url);
      worker.onmessage = () => this.#tick();
      // A content security policy without `worker-src blob:`: on time while the page is visible.
      worker.onerror = () => {
        worker.terminate();
        this.#worker = undefined;
        this.#arm();
      };
      return worker;
    } catch {
      return undefined;
    }
  }

  #arm(): void {
    const delay = Math.max(0, Math.min(this.#due, this.#last + HEARTBEAT) - performance.now());
    if (this.#worker) {
      this.#worker.postMessage(delay);
    } else {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#tick(), delay);
    }
  }

  #tick(): void {
    if (this.#stopped) return;
    const now = performance.now();
    const offset = Date.now() - now;
    // `performance.now()` stands still while some systems sleep, and runs on in others.
    const slept = offset - this.#offset > HEARTBEAT || now - this.#last > 5 * HEARTBEAT;
    this.#offset = offset;
    this.#last = now;
    this.#due = Infinity;
    if (slept) this.#onWoke();
    this.#onTick();
    if (this.#due === Infinity) this.wakeAt(undefined);
  }
}

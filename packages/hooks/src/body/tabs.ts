import { Clock } from '../engine/clock.js';
import { nextTask } from './next-task.js';

/** A tab that hears no beat of the leader for this long takes its place. */
const SILENCE = 5000;
const BEAT = 2000;

export interface TabsOwner<M> {
  /** This tab holds the telephony from now on. */
  lead(): void;
  /** Another tab took it. */
  follow(): void;
  /** Another tab said something. */
  heard(message: M): void;
  /** Every two seconds. */
  beat(): void;
}

/** Among the tabs of one backend, one leads: Web Locks choose it, a channel connects them. */
export class Tabs<M extends object> {
  readonly #name: string;
  readonly #owner: TabsOwner<M>;
  #waiting: AbortController | undefined;
  #stopped = false;
  #channel: BroadcastChannel | undefined;
  #unsaid: M[] = [];
  #clock: Clock | undefined;
  #release: (() => void) | undefined;
  #leading = false;
  #heardBeat = 0;
  #checked = 0;
  #beat = 0;
  readonly #patience = SILENCE + Math.random() * 1000;

  constructor(name: string, owner: TabsOwner<M>) {
    this.#name = `headset:${name}`;
    this.#owner = owner;
  }

  get leading(): boolean {
    return this.#leading;
  }

  start(): void {
    // Outside a secure context, and in old browsers, every tab is alone.
    if (!navigator.locks) return this.#lead();
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.onmessage = ({ data }: MessageEvent<M | 'beat'>) => {
      if (data === 'beat') this.#heardBeat = performance.now();
      else this.#owner.heard(data);
    };
    this.#heardBeat = this.#checked = performance.now();
    this.#clock = new Clock(
      () => this.#tick(),
      () => undefined,
    );
    this.#wait();
  }

  /** Tells every other tab, once this one's own application was told. */
  post(message: M): void {
    if (this.#unsaid.push(message) === 1) void nextTask().then(() => this.#say());
  }

  /** Lets another tab lead. */
  stop(): void {
    this.#stopped = true;
    this.#waiting?.abort();
    this.#clock?.stop();
    this.#leading = false;
    this.#release?.();
    this.#say();
    this.#channel?.close();
    this.#channel = undefined;
  }

  #say(): void {
    for (const message of this.#unsaid.splice(0)) this.#channel?.postMessage(message);
  }

  /** In the queue for the lock. */
  #wait(): void {
    this.#waiting = new AbortController();
    this.#ask({ signal: this.#waiting.signal }, this.#waiting.signal);
  }

  #ask(options: LockOptions, left?: AbortSignal): void {
    navigator.locks
      .request(this.#name, options, () => {
        if (this.#stopped || left?.aborted) return;
        this.#lead();
        return new Promise<void>((resolve) => (this.#release = resolve));
      })
      .catch(() => {
        if (this.#stopped || left?.aborted) return;
        // Another tab stole it.
        if (this.#leading) {
          this.#leading = false;
          this.#heardBeat = performance.now();
          this.#owner.follow();
        }
        this.#wait();
      });
  }

  #lead(): void {
    if (this.#leading) return;
    this.#leading = true;
    this.#channel?.postMessage('beat');
    this.#owner.lead();
  }

  #tick(): void {
    const now = performance.now();
    const late = now - this.#checked > SILENCE;
    this.#checked = now;
    if (this.#leading) {
      if (now - this.#beat < BEAT / 2) return;
      this.#beat = now;
      this.#channel?.postMessage('beat');
      this.#owner.beat();
    } else if (late) {
      // This tab slept itself, and perhaps all of them.
      this.#heardBeat = now;
    } else if (now - this.#heardBeat > this.#patience) {
      this.#heardBeat = now;
      this.#waiting?.abort();
      this.#ask({ steal: true });
    } else {
      this.#owner.beat();
    }
  }
}

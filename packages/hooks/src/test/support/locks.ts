/** Web Locks among the "tabs" of one test: FIFO, exclusive, with `steal` and `signal`. */
export class FakeLocks {
  readonly #held = new Map<string, { steal: () => void }>();
  readonly #queues = new Map<string, (() => void)[]>();

  request(name: string, options: LockOptions, callback: () => unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const abort = (): void => reject(new DOMException('aborted', 'AbortError'));
      const mine = { steal: abort };
      const run = (): void => {
        this.#held.set(name, mine);
        if (options.signal?.aborted) return this.#leave(name, mine);
        options.signal?.removeEventListener('abort', abort);
        void Promise.resolve(callback()).then((value) => {
          resolve(value);
          this.#leave(name, mine);
        });
      };
      if (options.signal?.aborted) return abort();
      options.signal?.addEventListener('abort', abort);
      const holder = this.#held.get(name);
      if (options.steal && holder) {
        holder.steal();
        this.#held.delete(name);
      }
      if (!this.#held.has(name)) {
        this.#held.set(name, mine);
        queueMicrotask(run);
      } else this.#queues.set(name, [...(this.#queues.get(name) ?? []), run]);
    });
  }

  #leave(name: string, holder: object): void {
    if (this.#held.get(name) !== holder) return;
    this.#held.delete(name);
    this.#queues.get(name)?.shift()?.();
  }
}

/** Gives the page Web Locks; returns them. */
export function installLocks(): FakeLocks {
  const locks = new FakeLocks();
  Object.defineProperty(navigator, 'locks', { value: locks, configurable: true });
  return locks;
}

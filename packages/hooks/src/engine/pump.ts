import type { Engine, Output } from './contract.js';

/**
 * Tells an engine what happened and does what it then asks for: one input, then every output, then the next time.
 *
 * What happens while outputs are being done waits its turn.
 */
export class Pump<E extends Engine> {
  readonly #engine: E;
  readonly #perform: (output: Output) => void;
  /** All outputs of an input are done. */
  readonly #settled: (next: number | undefined) => void;
  readonly #failed: (error: unknown) => void;
  readonly #inputs: ((engine: E, now: number) => void)[] = [];
  #running = false;
  #closed = false;

  constructor(
    engine: E,
    perform: (output: Output) => void,
    settled: (next: number | undefined) => void,
    failed: (error: unknown) => void,
  ) {
    this.#engine = engine;
    this.#perform = perform;
    this.#settled = settled;
    this.#failed = failed;
  }

  tell(input: (engine: E, now: number) => void): void {
    if (this.#closed) return;
    this.#inputs.push(input);
    if (this.#running) return;
    this.#running = true;
    for (let next = this.#inputs.shift(); next && !this.#closed; next = this.#inputs.shift()) {
      const told = next;
      this.#guard(() => told(this.#engine, performance.now()));
      this.#drain();
    }
    this.#running = false;
    this.#guard(() => this.#settled(this.#engine.pollTimeout()));
  }

  /** Lets the engine do what is due. */
  tick(): void {
    this.tell((engine, now) => engine.handleTimeout(now));
  }

  read<T>(read: (engine: E) => T): T {
    return read(this.#engine);
  }

  /** The engine is told nothing more. */
  close(): void {
    this.#closed = true;
  }

  #drain(): void {
    for (let output = this.#poll(); output; output = this.#poll()) {
      const asked = output;
      this.#guard(() => this.#perform(asked));
    }
  }

  #poll(): Output | undefined {
    return this.#guard(() => this.#engine.pollOutput());
  }

  /** A trap ends the engine. Any other error is the page's, or an argument's: the rest is still to be done. */
  #guard<T>(run: () => T): T | undefined {
    if (this.#closed) return undefined;
    try {
      return run();
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) {
        this.#closed = true;
        this.#failed(error);
      } else {
        reportError(error);
      }
      return undefined;
    }
  }
}

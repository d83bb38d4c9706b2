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
    try {
      for (let next = this.#inputs.shift(); next && !this.#closed; next = this.#inputs.shift()) {
        this.#input(next);
        this.#drain();
      }
      if (!this.#closed) this.#settled(this.#engine.pollTimeout());
    } catch (error) {
      // The engine trapped: nothing more can be asked of it.
      this.#closed = true;
      this.#failed(error);
    } finally {
      this.#running = false;
    }
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

  #input(input: (engine: E, now: number) => void): void {
    try {
      input(this.#engine, performance.now());
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) throw error;
      // Refused: an argument that the types do not let through.
      reportError(error);
    }
  }

  #drain(): void {
    for (let output = this.#engine.pollOutput(); output; output = this.#engine.pollOutput()) {
      try {
        this.#perform(output);
      } catch (error) {
        // The page's fault, not the engine's: the other outputs are still to be done.
        reportError(error);
      }
    }
  }
}

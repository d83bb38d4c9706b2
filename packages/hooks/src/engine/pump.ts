import { type Engine, type Field, type Output, type Tell, TICK } from './contract.js';
import { fields } from './fields.js';
import { type EngineRecord, read } from './records.js';

/**
 * Tells an engine what happened and does what it then asks for: one input, then every output, then the next time.
 *
 * What happens while outputs are being done waits its turn.
 */
export class Pump {
  /** None once it is closed: its memory goes with it. */
  #engine: Engine | undefined;
  readonly #perform: (output: Output) => void;
  /** All outputs of an input are done. */
  readonly #settled: (next: number) => void;
  readonly #failed: (error: unknown) => void;
  readonly #inputs: Field[][] = [];
  #running = false;

  constructor(
    engine: Engine,
    perform: (output: Output) => void,
    settled: (next: number) => void,
    failed: (error: unknown) => void,
  ) {
    this.#engine = engine;
    this.#perform = perform;
    this.#settled = settled;
    this.#failed = failed;
  }

  readonly tell: Tell = (kind: number, number: Field = 0, ...values: Field[]): void => {
    if (!this.#engine) return;
    this.#inputs.push([kind, number, ...values]);
    if (this.#running) return;
    this.#running = true;
    let next: number | null = null;
    for (let told = this.#inputs.shift(); told; told = this.#inputs.shift()) {
      const text = fields([Math.trunc(performance.now()), ...told]);
      const asked = this.#guard((engine) => JSON.parse(engine.tell(text)) as [...EngineRecord[], number | null]);
      next = (asked?.pop() as number | null | undefined) ?? null;
      for (const record of asked ?? []) this.#guard(() => this.#perform(read(record as EngineRecord)));
    }
    this.#running = false;
    this.#guard(() => this.#settled(next ?? Infinity));
  };

  /** Lets the engine do what is due. */
  tick(): void {
    this.tell(TICK);
  }

  /** The engine is told nothing more. */
  close(): void {
    this.#engine = undefined;
  }

  /** A trap ends the engine. Any other error is the page's: the rest is still to be done. */
  #guard<T>(run: (engine: Engine) => T): T | undefined {
    if (!this.#engine) return undefined;
    try {
      return run(this.#engine);
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) {
        this.close();
        this.#failed(error);
      } else {
        reportError(error);
      }
      return undefined;
    }
  }
}

import inlined from './generated/jssip_text.js';
import { unpack } from './unpack.js';

type Text = [at: number, length: number];

/** What wasm-bindgen exports of `crates/jssip`. */
interface Exports {
  memory: WebAssembly.Memory;
  __wbindgen_malloc(size: number, align: number): number;
  engine_new(): number;
  engine_input(engine: number, length: number): number;
  engine_read(engine: number, rule: Rule, length: number): number;
  engine_table(engine: number): number;
  engine_hash(engine: number, which: number, ...text: Text): number;
  engine_tell(engine: number, now: number, kind: Kind, number: number, ...text: Text): number;
  engine_poll(engine: number): number;
  engine_output(engine: number): number;
  engine_timeout(engine: number): number;
}

/** What a text can be read as: the numbers of `crates/jssip/src/rules.rs`. */
export enum Rule {
  MESSAGE,
  SIP_URI,
  ABSOLUTE_URI,
  ADDRESS,
  NAME_ADDR,
  ADDRESSES,
  NAME_ADDRS,
  VIA,
  CSEQ,
  CALL_ID,
  START_LINE,
  HOST,
  QUOTED,
  TOKEN_VALUE,
  DIGITS_VALUE,
  CALL_ID_VALUE,
  MEDIA_TYPE,
  CHALLENGE,
  TOKENS,
  DIGITS,
  UUID,
}

/** What transactions are told: the numbers of `crates/jssip/src/traffic.rs`. */
export enum Kind {
  TICK,
  LOST,
  FIND,
  START,
  AGAIN,
  ACKNOWLEDGED,
  ANSWERED,
  RESPOND,
  ACKNOWLEDGE,
  CANCEL,
}

/** Longer texts are not read, in units: the engine's memory for them has three bytes for each. */
const MOST = 2 ** 20 / 3;

// The interface is synchronous, so is this: some 10 ms, once, when the module is imported.
const module = new WebAssembly.Module(unpack(...inlined));
const imports: Record<string, Record<string, () => void>> = {};
// Nothing of the page is called: what is imported prepares for objects, which none cross, or is called before a trap.
for (const { module: from, name } of WebAssembly.Module.imports(module)) {
  (imports[from] ??= {})[name] = () => undefined;
}
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** An engine in an instance of its own: with it goes its memory. */
class Engine {
  readonly wasm = new WebAssembly.Instance(module, imports).exports as unknown as Exports;
  readonly self = this.wasm.engine_new();
  #input = new Uint8Array();

  /** The text in memory that the engine frees. */
  pass(text: string): Text {
    const bytes = encoder.encode(text);
    const at = this.wasm.__wbindgen_malloc(bytes.length, 1);
    new Uint8Array(this.wasm.memory.buffer).set(bytes, at);
    return [at, bytes.length];
  }

  /** The text's bytes where the grammar reads them; their count. */
  write(text: string): number {
    // UTF-8 has at most three bytes for each unit.
    const most = text.length * 3;
    if (this.#input.length < most || this.#input.buffer !== this.wasm.memory.buffer) {
      this.#input = new Uint8Array(this.wasm.memory.buffer, this.wasm.engine_input(this.self, most), most);
    }
    return encoder.encodeInto(text, this.#input).written;
  }
}

const reader = new Engine();

/**
 * The table of what the rule finds in `text`, `undefined` where it does not fit. Offsets are the text's. The array is
 * the caller's.
 */
export function read(rule: Rule, text: string): Int32Array | undefined {
  if (text.length > MOST) return undefined;
  const { wasm, self } = reader;
  let written = reader.write(text);
  // What is beyond ASCII is told by one byte a unit, so that offsets are the text's.
  if (written !== text.length) written = reader.write(text.replace(/[^\0-\x7f]/g, '\x7f'));
  const length = wasm.engine_read(self, rule, written);
  const at = wasm.engine_table(self) >> 2;
  return length ? new Int32Array(wasm.memory.buffer).slice(at, at + length) : undefined;
}

/** In hexadecimal: MD5 (0), SHA-256 (1) or SHA-512/256 (2). */
export function hash(which: number, text: string): string {
  const { wasm, self } = reader;
  const length = wasm.engine_hash(self, which, ...reader.pass(text));
  const bytes = new Uint8Array(wasm.memory.buffer, wasm.engine_output(self), length);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** What is to be done (`crates/jssip/src/traffic.rs`), by which transaction, and a text. */
export type Told = [letter: string, key: number, text: string];

/** The transactions of one user agent. */
export class Machine {
  readonly #engine = new Engine();

  tell(kind: Kind, number = 0, text = ''): number {
    const engine = this.#engine;
    return engine.wasm.engine_tell(engine.self, performance.now(), kind, number, ...engine.pass(text));
  }

  poll(): Told | undefined {
    const { wasm, self } = this.#engine;
    const length = wasm.engine_poll(self);
    if (!length) return undefined;
    const text = decoder.decode(new Uint8Array(wasm.memory.buffer, wasm.engine_output(self), length));
    const at = text.indexOf(' ');
    return [text.charAt(0), Number(text.slice(1, at)), text.slice(at + 1)];
  }

  timeout(): number {
    return this.#engine.wasm.engine_timeout(this.#engine.self);
  }
}

import { Agent, initSync, Reader } from './generated/jssip.js';
import inlined from './generated/jssip_text.js';
import { unpack } from './unpack.js';

// The interface is synchronous, so is this: some 10 ms, once, when the module is imported.
const { memory } = initSync({ module: new WebAssembly.Module(unpack(...inlined)) });
const reader = new Reader();
const encoder = new TextEncoder();
let input = new Uint8Array();

/** `crates/jssip/src/agent`: texts in, texts out. */
export interface Machine {
  /** Something happened; what is asked for. */
  input(now: number, text: string): string;
  /** The next event, or nothing. */
  poll(): string;
  /** When to say that it is time. */
  timeout(): number;
  free(): void;
}

export const newAgent = (random: string, account: string): Machine => new Agent(random, account);

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

/** The text's bytes in the engine's memory; their count. */
function write(text: string): number {
  // UTF-8 has at most three bytes for each unit.
  const most = text.length * 3;
  if (input.length < most || input.buffer !== memory.buffer) {
    input = new Uint8Array(memory.buffer, reader.input(most), most);
  }
  return encoder.encodeInto(text, input).written;
}

/**
 * The table of what the rule finds in `text`, `undefined` where it does not fit. Offsets are the text's. The array is
 * the caller's.
 */
export function read(rule: Rule, text: string): Int32Array | undefined {
  let written = write(text);
  // What is beyond ASCII is told by one byte a unit, so that offsets are the text's.
  if (written !== text.length) written = write(text.replace(/[^\0-\x7f]/g, '\x7f'));
  const length = reader.read(rule, written);
  const at = reader.table() >> 2;
  return length ? new Int32Array(memory.buffer).slice(at, at + length) : undefined;
}

/** In hexadecimal. */
export function md5(text: string): string {
  reader.md5(write(text));
  return Array.from(input.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

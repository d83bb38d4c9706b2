import type { Field } from './contract.js';

/** The text of an input. The last field may hold anything. */
export function fields(values: readonly Field[]): string {
  const last = values.length - 1;
  return values.map((value = '', index) => (index < last ? clean(value, /\x1f/g) : value)).join('\x1f');
}

/** A field that is a list. */
export function list(items: readonly Field[]): string {
  return items.map((item = '') => clean(item, /[\x1e\x1f]/g)).join('\x1e');
}

function clean(value: string | number, separators: RegExp): string {
  return String(value).replace(separators, ' ');
}

/** What a machine's tokens come from: 256 random bits. */
export function seed(): string {
  return crypto.getRandomValues(new Uint32Array(8)).join();
}

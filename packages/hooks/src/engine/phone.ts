import type { PhoneClass } from './contract.js';
import { Phone } from './generated/headset.js';
import { loadEngine } from './load.js';

/** A phone alone; a page that needs one machine does not bundle the other's glue. */
export async function loadPhone(wasmUrl?: string): Promise<PhoneClass> {
  await loadEngine(wasmUrl);
  return Phone as unknown as PhoneClass;
}

import type { WorkplaceClass } from './contract.js';
import { Workplace } from './generated/headset.js';
import { loadEngine } from './load.js';

/** The operator's machine; a page that needs one machine does not bundle the other's glue. */
export async function loadWorkplace(wasmUrl?: string): Promise<WorkplaceClass> {
  await loadEngine(wasmUrl);
  return Workplace as unknown as WorkplaceClass;
}

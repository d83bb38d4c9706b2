import type { CallOptions } from './types.js';

/** What may go to another tab: the page's event of a click is not among it. */
export function plainOptions(options: CallOptions | undefined): CallOptions {
  return { mediaConstraints: options?.mediaConstraints, pcConfig: options?.pcConfig };
}

import type { EngineCallEnd } from './engine/contract.js';
import type { CallEnd, CallOptions } from './types.js';

/** A call's end under the names that applications know. */
export function callEnd({ statusCode, reasonPhrase, ...end }: EngineCallEnd): CallEnd {
  return { ...end, status_code: statusCode, reason_phrase: reasonPhrase };
}

/** What may go to another tab: the page's event of a click is not among it. */
export function plainOptions(options: CallOptions | undefined): CallOptions {
  return { mediaConstraints: options?.mediaConstraints, pcConfig: options?.pcConfig };
}

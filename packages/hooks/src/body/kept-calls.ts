import { load, save } from './storage.js';

// A tab's own, and gone with it: another tab has no peer connection to these calls.
const storage = (): Storage => sessionStorage;
const KEY = 'call';

/** Keeps what the engine wants to have back of this tab's calls after a reload, for the operator whose they are. */
export function keepCalls(login: string | undefined, stored: string): void {
  save(KEY, stored && `${login}\n${stored}`, storage);
}

/** What was kept for this operator. */
export function keptCalls(login: string): string | undefined {
  const kept = load(KEY, storage);
  return kept?.startsWith(`${login}\n`) ? kept.slice(login.length + 1) : undefined;
}

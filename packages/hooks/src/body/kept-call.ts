import { load, save } from './storage.js';

// A tab's own, and gone with it: another tab has no peer connection to this call.
const storage = (): Storage => sessionStorage;
const KEY = 'call';

/** Keeps what the engine wants to have back of this tab's call after a reload, for the operator whose call it is. */
export function keepCall(login: string, stored: string): void {
  save(KEY, `${login}\n${stored}`, storage);
}

/** What was kept for this operator. */
export function keptCall(login: string): string | undefined {
  const kept = load(KEY, storage);
  return kept?.startsWith(`${login}\n`) ? kept.slice(login.length + 1) : undefined;
}

/** The call is over. */
export function forgetCall(): void {
  save(KEY, '', storage);
}

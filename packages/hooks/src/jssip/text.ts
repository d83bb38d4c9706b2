import { C } from './constants.js';

const SPECIAL: Record<string, string> = { 'Call-Id': 'Call-ID', Cseq: 'CSeq', 'Www-Authenticate': 'WWW-Authenticate' };
const headerized = new Map<string, string>();

/** A header's name as JsSIP spells it: `call_id` → `Call-ID`. */
export function headerize(name: string): string {
  const known = headerized.get(name);
  if (known !== undefined) return known;
  const words = name.toLowerCase().replaceAll('_', '-').split('-');
  const joined = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('-');
  const spelled = SPECIAL[joined] ?? joined;
  // What peers send may be anything: only so much of it is remembered.
  if (headerized.size < 500) headerized.set(name, spelled);
  return spelled;
}

/** Escapes what a URI's user part cannot carry, but not `:`, `+`, `?`, `/`. */
export function escapeUser(user: string): string {
  let plain = user;
  try {
    plain = decodeURIComponent(user);
  } catch {
    // A `%` that escapes nothing is itself.
  }
  return encodeURIComponent(plain).replace(/%(3A|2B|3F|2F)/gi, decodeURIComponent);
}

/** `''` for numbers that have none. */
export const reasonPhrase = (statusCode: number): string => C.REASON_PHRASE[statusCode] ?? '';

const utf8 = new TextEncoder();

/** In bytes of UTF-8. */
export const utf8Length = (text: string): number => utf8.encode(text).length;

/** `size` random digits of this base. */
export function randomToken(size: number, base = 32): string {
  const random = crypto.getRandomValues(new Uint8Array(size));
  return Array.from(random, (byte) => (byte % base).toString(base)).join('');
}

export const newTag = (): string => randomToken(10);

/** A final response's cause in JsSIP's words. */
export function sipErrorCause(statusCode: number): string {
  for (const [cause, codes] of Object.entries(C.SIP_ERROR_CAUSES)) {
    if (codes.includes(statusCode)) return C.causes[cause as keyof typeof C.SIP_ERROR_CAUSES];
  }
  return C.causes.SIP_FAILURE_CODE;
}

/** A whole number, or a text of one. */
export const isDecimal = (value: unknown): boolean =>
  !isNaN(value as number) && parseFloat(value as string) === parseInt(value as string, 10);

/** A copy; empty where there is none, in whatever way applications say so. */
export const cloneArray = <T>(array?: readonly T[] | null | false | ''): T[] => ([] as T[]).concat(array || []);

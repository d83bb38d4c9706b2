import { Grammar, type HostType, parseUri } from './grammar.js';
import { hash } from './native.js';
import {
  cloneArray,
  escapeUser,
  headerize,
  isDecimal,
  newTag,
  randomToken,
  sipErrorCause,
  utf8Length,
} from './text.js';
import { URI } from './uri.js';

const kind = (value: unknown): string => Object.prototype.toString.call(value);

export const str_utf8_length = utf8Length;
export const isFunction = (value: unknown): value is (...args: never[]) => unknown =>
  kind(value) === '[object Function]';
export const isString = (value: unknown): value is string => kind(value) === '[object String]';
export { isDecimal };

/** What a configuration takes as "use the default". */
export const isEmpty = (value: unknown): boolean =>
  value === null ||
  value === '' ||
  value === undefined ||
  (Array.isArray(value) && !value.length) ||
  Number.isNaN(value);

/** Whether none of these is a method: JsSIP's, who asks nobody. */
export const hasMethods = (object: Record<string, unknown>, ...names: string[]): boolean =>
  !names.some((name) => isFunction(object[name]));

export const createRandomToken = randomToken;
export { newTag };
export const newUUID = (): string =>
  'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'.replace(/[xy]/g, (digit) => {
    const random = parseInt(randomToken(1, 16), 16);
    return (digit === 'x' ? random : (random & 3) | 8).toString(16);
  });

export function hostType(host: string): HostType | undefined {
  const parsed = host && Grammar.parse(host, 'host');
  return parsed && parsed !== -1 ? (parsed as { host_type: HostType }).host_type : undefined;
}

export { escapeUser };

/** A SIP URI of what a person wrote: a user, a number, an address. `undefined` where it is none. */
export function normalizeTarget(target: unknown, domain?: string): URI | undefined {
  if (target instanceof URI) return target;
  if (!target || typeof target !== 'string') return undefined;
  const at = target.lastIndexOf('@');
  const host = at < 0 ? domain : target.slice(at + 1);
  if (!host) return undefined;
  let user = (at < 0 ? target : target.slice(0, at)).replace(/^(sips?|tel):/i, '');
  // Visual separators of a telephone number.
  if (/^[-.()]*\+?[0-9\-.()]+$/.test(user)) user = user.replace(/[-.()]/g, '');
  return parseUri(`sip:${escapeUser(user)}@${host}`);
}

export { cloneArray, headerize, sipErrorCause };

/** Somewhere in 192.0.2.0/24, which is nobody's. */
export const getRandomTestNetIP = (): string => `192.0.2.${Math.floor(Math.random() * 254 + 1)}`;

/** Of the text's UTF-8, in hexadecimal. */
export const calculateMD5 = (text: string): string => hash(0, text);

export function closeMediaStream(stream: MediaStream | null | undefined): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

export const cloneObject = <T extends object>(object?: T | null, fallback: T = {} as T): T =>
  object ? { ...object } : fallback;

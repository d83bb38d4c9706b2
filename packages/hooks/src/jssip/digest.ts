import { hash } from './native.js';
import { randomToken } from './text.js';

export interface DigestCredentials {
  username?: string;
  password?: string | null;
  realm?: string | null;
  ha1?: string | null;
}

export interface DigestChallenge {
  algorithm?: string | null;
  realm?: string | null;
  nonce?: string | null;
  opaque?: string | null;
  stale?: boolean | null;
  qop?: string | string[] | null;
}

/** A challenge that can be answered (RFC 7616). */
export interface Challenge {
  realm: string;
  nonce: string;
  opaque: string | undefined;
  stale: boolean;
  /** In capitals. */
  algorithm: string;
  /** What answers it; empty where the answer is RFC 2069's. */
  qop: string;
  /** The name is sent as a hash (§3.4.4). */
  userhash: boolean;
}

/** Who answers; an HA1 is of the realm. */
export interface Credentials {
  username: string;
  password: string | null;
  ha1: string | null;
}

/** Those that can be answered (RFC 8760), the weaker first. */
export const ALGORITHMS = ['MD5', 'MD5-SESS', 'SHA-256', 'SHA-256-SESS', 'SHA-512-256', 'SHA-512-256-SESS'];

/** In hexadecimal, by a challenge's algorithm. */
export const hashOf = (algorithm: string, text: string): string => hash(ALGORITHMS.indexOf(algorithm) >> 1, text);

/** The quality of protection to choose of these: `auth-int` fails wherever somebody on the way touches the body. */
export const protection = (offered: readonly string[]): string | undefined =>
  ['auth', 'auth-int'].find((one) => offered.includes(one));

/** The value that answers a challenge (RFC 7616 §3.4). `nc` counts the requests with its nonce. */
export function credentials(
  { realm, nonce, opaque, algorithm, qop, userhash }: Challenge,
  { username, password, ha1 }: Credentials,
  method: string,
  uri: string,
  body: string | null | undefined,
  nc: number,
  cnonce: string,
): string {
  const h = (...pieces: unknown[]): string => hashOf(algorithm, pieces.join(':'));
  const count = nc.toString(16).padStart(8, '0');
  const isSession = algorithm.endsWith('-SESS');
  let secret = password ? h(username, realm, password) : (ha1 as string);
  if (isSession) secret = h(secret, nonce, cnonce);
  const asked = qop === 'auth-int' ? h(method, uri, h(body ?? '')) : h(method, uri);
  const pairs = Object.entries({
    username: userhash ? h(username, realm) : username,
    realm,
    nonce,
    uri,
    response: qop ? h(secret, nonce, count, cnonce, qop, asked) : h(secret, nonce, asked),
    opaque,
    cnonce: qop || isSession ? cnonce : undefined,
  }).flatMap(([name, value]) => (value === undefined ? [] : `${name}="${value.replace(/[\\"]/g, '\\$&')}"`));
  return `Digest algorithm=${algorithm.replace('SESS', 'sess')}, ${pairs.join(', ')}${qop && `, qop=${qop}, nc=${count}`}${userhash ? ', userhash=true' : ''}`;
}

/** Answers a digest challenge with MD5. The user agent's own requests are answered for by `agent/login.ts`. */
export class DigestAuthentication {
  _credentials: DigestCredentials;
  _nc = 0;
  _realm: string | null = null;
  _ha1: string | null = null;
  _response: string | null = null;
  _header = '';

  constructor(credentials: DigestCredentials) {
    this._credentials = credentials;
  }

  get(parameter: 'realm' | 'ha1'): string | null {
    return parameter === 'realm' ? this._realm : this._ha1;
  }

  /** Whether it could be answered. */
  authenticate(
    { method, ruri, body }: { method: string; ruri: unknown; body?: string | null },
    { algorithm, realm, nonce, opaque, qop: offered }: DigestChallenge,
    cnonce: string = randomToken(12),
  ): boolean {
    const { username, password = null, ha1 = null, realm: known } = this._credentials;
    if ((algorithm && algorithm !== 'MD5') || !nonce || !realm) return false;
    if (!password && (!ha1 || known !== realm)) return false;
    const qop = protection((typeof offered === 'string' ? offered.split(/,\s*/) : offered) ?? []);
    if (offered?.length && !qop) return false;
    this._nc = (this._nc % 0xffffffff) + 1;
    this._realm = realm;
    this._ha1 = password ? hashOf('MD5', `${username}:${realm}:${password}`) : ha1;
    this._header = credentials(
      { realm, nonce, opaque: opaque || undefined, stale: false, algorithm: 'MD5', qop: qop ?? '', userhash: false },
      { username: String(username), password, ha1 },
      method,
      String(ruri),
      body,
      this._nc,
      cnonce,
    );
    this._response = /response="(.*?)"/.exec(this._header)?.[1] as string;
    return true;
  }

  /** Authorization's value. */
  toString(): string {
    if (!this._response) throw new Error('response field does not exist, cannot generate Authorization header');
    return this._header;
  }
}

import { md5 } from './native.js';
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

/** Answers a digest challenge with MD5. The user agent's own requests are answered for by the engine. */
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
    const { username, password, ha1, realm: known } = this._credentials;
    if ((algorithm && algorithm !== 'MD5') || !nonce || !realm) return false;
    if (!password && (!ha1 || known !== realm)) return false;
    const qop = ['auth', 'auth-int'].find((one) =>
      (typeof offered === 'string' ? offered.split(/,\s*/) : offered)?.includes(one),
    );
    if (offered?.length && !qop) return false;
    const nc = (this._nc = (this._nc % 0xffffffff) + 1).toString(16).padStart(8, '0');
    this._realm = realm;
    this._ha1 = password ? md5(`${username}:${realm}:${password}`) : (ha1 as string);
    const ha2 = md5(`${method}:${ruri}${qop === 'auth-int' ? `:${md5(body || '')}` : ''}`);
    this._response = md5(qop ? `${this._ha1}:${nonce}:${nc}:${cnonce}:${qop}:${ha2}` : `${this._ha1}:${nonce}:${ha2}`);
    this._header = [
      'Digest algorithm=MD5',
      `username="${username}"`,
      `realm="${realm}"`,
      `nonce="${nonce}"`,
      `uri="${ruri}"`,
      `response="${this._response}"`,
      ...(opaque ? [`opaque="${opaque}"`] : []),
      ...(qop ? [`qop=${qop}`, `cnonce="${cnonce}"`, `nc=${nc}`] : []),
    ].join(', ');
    return true;
  }

  /** Authorization's value. */
  toString(): string {
    if (!this._response) throw new Error('response field does not exist, cannot generate Authorization header');
    return this._header;
  }
}

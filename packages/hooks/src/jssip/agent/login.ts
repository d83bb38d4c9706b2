import { ALGORITHMS, type Challenge, type Credentials, credentials, hashOf, protection } from '../digest.js';
import type { IncomingResponse } from '../incoming.js';
import type { Account } from '../port.js';
import { randomToken } from '../text.js';
import type { Outgoing } from './outgoing.js';

/** A request is challenged no more often than this. */
const MOST = 6;

interface Known {
  challenge: Challenge;
  name: string;
  /** Requests sent with its nonce. */
  count: number;
}

/** Challenges that are known, the last of each realm, and what answers them. */
export class Login {
  readonly #account: Account;
  readonly #known = new Map<string, Known>();

  constructor(account: Account) {
    this.#account = account;
  }

  /** Writes the credentials into a request that is about to be sent. */
  sign(request: Outgoing): void {
    const { authorizationJwt } = this.#account;
    request.credentials = authorizationJwt
      ? [`Authorization: ${authorizationJwt}`]
      : [...this.#known.values()].flatMap((known) => {
          const { challenge, name } = known;
          const own = this.#secret(challenge);
          if (!own) return [];
          // RFC 7616 §3.3: a nonce serves again, counted.
          const value = credentials(
            ...([challenge, own, request.method, request.uri, request.body, ++known.count, randomToken(12)] as const),
          );
          return `${name}: ${value}`;
        });
  }

  /** Takes a 401's or 407's challenges; nothing where sending the request again would not help. */
  challenged(request: Outgoing, response: IncomingResponse): { realm: string; ha1: string } | undefined {
    const { status_code: status } = response;
    const byProxy = status === 407;
    if (!(byProxy || status === 401) || this.#account.authorizationJwt || request.realms.length >= MOST)
      return undefined;
    const header = byProxy ? 'Proxy-Authenticate' : 'WWW-Authenticate';
    // The strongest of each realm (RFC 8760 §2.4); of equal ones the first, which the server prefers.
    const best = new Map<string, Challenge>();
    for (const [name, value] of response._lines()) {
      const challenge = name === header ? read(value) : undefined;
      const other = challenge && best.get(challenge.realm);
      if (challenge && this.#secret(challenge) && (!other || strength(challenge) > strength(other)))
        best.set(challenge.realm, challenge);
    }
    let learned: { realm: string; ha1: string } | undefined;
    for (const [realm, challenge] of best) {
      if (request.realms.includes(realm) && !challenge.stale) return undefined;
      const { username, password, ha1 } = this.#secret(challenge) as Credentials;
      request.realms.push(realm);
      this.#known.delete(realm);
      this.#known.set(realm, { challenge, name: byProxy ? 'Proxy-Authorization' : 'Authorization', count: 0 });
      learned = { realm, ha1: password ? hashOf('MD5', `${username}:${realm}:${password}`) : (ha1 as string) };
    }
    return learned;
  }

  #secret({ realm, algorithm }: Challenge): Credentials | undefined {
    const { authorizationUser: username, password, ha1, realm: known } = this.#account;
    // An HA1 is MD5's, and one realm's.
    return password || (ha1 && known === realm && /^MD5/.test(algorithm)) ? { username, password, ha1 } : undefined;
  }
}

const strength = ({ algorithm }: Challenge): number => ALGORITHMS.indexOf(algorithm);

/** Nothing where it cannot be answered. */
function read(value: string): Challenge | undefined {
  const all: Record<string, string> = {};
  for (const [, name = '', text = ''] of value.matchAll(/([^\s,=]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s,]*)/g))
    all[name.toLowerCase()] = text[0] === '"' ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text;
  const { realm, nonce, opaque, qop: offered } = all;
  const is = (name: string): boolean => /^true$/i.test(all[name] ?? '');
  const algorithm = (all['algorithm'] ?? 'MD5').toUpperCase();
  const qop = offered === undefined ? '' : protection(offered.toLowerCase().split(/\s*,\s*/));
  return /^digest\s/i.test(value) &&
    realm !== undefined &&
    nonce !== undefined &&
    qop !== undefined &&
    ALGORITHMS.includes(algorithm)
    ? { realm, nonce, opaque, stale: is('stale'), algorithm, qop, userhash: is('userhash') }
    : undefined;
}

import { C } from './constants.js';
import { ConfigurationError } from './exceptions.js';
import { Grammar, parseUri } from './grammar.js';
import { isSocket, type Socket, type WeightedSocket } from './socket.js';
import { randomToken } from './text.js';
import { isDecimal, isEmpty, newUUID } from './utils.js';
import { URI } from './uri.js';

/** What `new UA()` takes. What is empty (`null`, `''`, `[]`, `NaN`) is as if it were not given. */
export interface UAConfiguration {
  sockets: Socket | (Socket | WeightedSocket)[];
  /** `sip:alice@example.com`; `sip:` may be left out. */
  uri: string;
  /** Digest user name; the URI's user if absent. */
  authorization_user?: string;
  password?: string;
  realm?: string;
  /** Instead of a password: MD5 of `user:realm:password`. */
  ha1?: string;
  /** Sent as it is in Authorization. */
  authorization_jwt?: string;
  display_name?: string;
  contact_uri?: string;
  instance_id?: string;
  use_preloaded_route?: boolean;
  session_timers?: boolean;
  session_timers_refresh_method?: string;
  session_timers_force_refresher?: boolean;
  /** Seconds until a call that nobody answers is refused. */
  no_answer_timeout?: number;
  register?: boolean;
  /** Seconds; 0 asks for none. */
  register_expires?: number;
  register_from_tag_trail?: string | (() => string);
  registrar_server?: string;
  /** Seconds. */
  connection_recovery_min_interval?: number;
  /** Seconds. */
  connection_recovery_max_interval?: number;
  user_agent?: string;
  /** Header lines for every request and response. */
  extra_headers?: string[];
  /** Not JsSIP's: milliseconds after which a call goes out with the candidates that there are; 0 waits for all. */
  ice_gathering_timeout?: number;
}

/** The configuration as a user agent has it. Only what may change is writable. */
export interface UASettings {
  authorization_user: string;
  password: string | null;
  realm: string | null;
  ha1: string | null;
  authorization_jwt: string | null;
  display_name: string | null;
  readonly uri: URI;
  readonly contact_uri: URI;
  readonly instance_id: string;
  readonly use_preloaded_route: boolean;
  readonly session_timers: boolean;
  readonly session_timers_refresh_method: 'INVITE' | 'UPDATE';
  readonly session_timers_force_refresher: boolean;
  /** Milliseconds. */
  readonly no_answer_timeout: number;
  register: boolean;
  readonly register_expires: number;
  readonly register_from_tag_trail: string | (() => string);
  readonly registrar_server: URI;
  readonly connection_recovery_min_interval: number;
  readonly connection_recovery_max_interval: number;
  /** `C.USER_AGENT` where it is missing. */
  readonly user_agent?: string;
  extra_headers: string[] | null;
  readonly ice_gathering_timeout: number;
  readonly via_host: string;
  /** How our Call-IDs begin. */
  readonly jssip_id: string;
  readonly hostport_params: string;
}

const WRITABLE = /^(authorization_user|password|realm|ha1|authorization_jwt|display_name|register|extra_headers)$/;

/** Gives the value to keep, `undefined` where it is none. */
type Check = (value: never) => unknown;

const text: Check = (value: unknown) => (typeof value === 'string' ? value : undefined);
const flag: Check = (value: unknown) => (typeof value === 'boolean' ? value : undefined);
const asText: Check = (value: unknown) => String(value);
const number =
  (least: number): Check =>
  (value: unknown) =>
    isDecimal(value) && Number(value) >= least ? Number(value) : undefined;
const withScheme = (uri: string): URI | undefined => parseUri(/^sip:/i.test(uri) ? uri : `sip:${uri}`);

const CHECKS: Record<string, Check> = {
  authorization_user: (value: unknown) => (Grammar.parse(`"${value}"`, 'quoted_string') === -1 ? undefined : value),
  password: asText,
  realm: asText,
  ha1: asText,
  authorization_jwt: text,
  display_name: (value: unknown) => value,
  contact_uri: (value: unknown) => (typeof value === 'string' ? parseUri(value) : undefined),
  instance_id: (value: unknown) => {
    const uuid = String(value).replace(/^uuid:/i, '');
    return Grammar.parse(uuid, 'uuid') === -1 ? undefined : uuid;
  },
  use_preloaded_route: flag,
  session_timers: flag,
  session_timers_refresh_method: (value: unknown) =>
    typeof value === 'string' ? /^(INVITE|UPDATE)$/.exec(value.toUpperCase())?.[0] : undefined,
  session_timers_force_refresher: flag,
  no_answer_timeout: number(1),
  register: flag,
  register_expires: number(0),
  register_from_tag_trail: (value: unknown) => (typeof value === 'function' ? value : String(value)),
  registrar_server: (value: string) => {
    const uri = withScheme(value);
    return uri?.user ? undefined : uri;
  },
  connection_recovery_min_interval: number(1),
  connection_recovery_max_interval: number(1),
  user_agent: text,
  extra_headers: (value: unknown) =>
    Array.isArray(value) ? value.filter((header): header is string => typeof header === 'string') : undefined,
  ice_gathering_timeout: number(0),
};

/** One for all user agents of a page, as servers may tell them apart by it from those of other pages. */
const viaHost = `${randomToken(12)}.invalid`;

function sockets(given: unknown): WeightedSocket[] | undefined {
  if (isSocket(given)) return [{ socket: given }];
  if (!Array.isArray(given) || !given.length) return undefined;
  return (given as (Socket & WeightedSocket)[]).flatMap((one) =>
    isSocket(one?.socket) ? [one as WeightedSocket] : isSocket(one) ? [{ socket: one as Socket }] : [],
  );
}

/** Checks it, and completes it. Throws {@link ConfigurationError}. */
export function load(given: UAConfiguration): [UASettings, WeightedSocket[]] {
  const parameters = given as unknown as Record<string, unknown>;
  const checked = <T>(name: string, check: (value: never) => T | undefined): T => {
    if (!Object.hasOwn(parameters, name)) throw new ConfigurationError(name);
    const value = check(parameters[name] as never);
    if (value === undefined) throw new ConfigurationError(name, parameters[name]);
    return value;
  };
  const ways = checked('sockets', sockets);
  if (!ways.length || ways.some(({ weight }) => weight && !Number(weight)))
    throw new ConfigurationError('sockets', given.sockets);
  const uri = checked('uri', (value: string) => {
    const parsed = withScheme(value);
    return parsed?.user ? parsed : undefined;
  });
  const settings: Record<string, unknown> = {
    authorization_user: uri.user,
    password: null,
    realm: null,
    ha1: null,
    authorization_jwt: null,
    display_name: null,
    uri,
    contact_uri: null,
    instance_id: null,
    use_preloaded_route: false,
    session_timers: true,
    session_timers_refresh_method: C.UPDATE,
    session_timers_force_refresher: false,
    no_answer_timeout: 60,
    register: true,
    register_expires: 600,
    register_from_tag_trail: '',
    registrar_server: new URI(uri.scheme, null, uri.host, uri.port),
    connection_recovery_max_interval: C.CONNECTION_RECOVERY_MAX_INTERVAL,
    connection_recovery_min_interval: C.CONNECTION_RECOVERY_MIN_INTERVAL,
    extra_headers: null,
    ice_gathering_timeout: 2000,
    via_host: viaHost,
    jssip_id: randomToken(5),
  };
  for (const [name, check] of Object.entries(CHECKS)) {
    if (Object.hasOwn(parameters, name) && !isEmpty(parameters[name])) settings[name] = checked(name, check);
  }
  if (settings['display_name'] === 0) settings['display_name'] = '0';
  (settings['no_answer_timeout'] as number) *= 1000;
  settings['instance_id'] ??= newUUID();
  const contact = settings['contact_uri'] as URI | null;
  if (contact) settings['via_host'] = contact.host;
  else settings['contact_uri'] = new URI('sip', randomToken(8), viaHost, null, { transport: 'ws' });
  const place = uri.clone();
  place.user = null;
  settings['hostport_params'] = place.toString().replace(/^sip:/i, '');
  for (const name of Object.keys(settings)) {
    // Not a value that cannot be written: no proxy may give anything else for it.
    const value = settings[name];
    if (!WRITABLE.test(name)) Object.defineProperty(settings, name, { get: () => value });
  }
  return [settings as unknown as UASettings, ways];
}

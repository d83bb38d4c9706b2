type Write = (...data: unknown[]) => void;

/** A namespace's writer. Silent until {@link debug.enable} names it. */
export interface Debugger {
  (format: unknown, ...args: unknown[]): void;
  readonly namespace: string;
  readonly enabled: boolean;
  /** One of `namespace:name`. */
  extend(name: string, delimiter?: string): Debugger;
  log?: Write;
}

/** The writers of all namespaces. */
export interface Debug {
  (namespace: string): Debugger;
  default: Debug;
  debug: Debug;
  /** `JsSIP:*`, several separated by commas or spaces, `-JsSIP:Transport` to leave one out. */
  enable(namespaces?: string | null): void;
  /** Says what was enabled. */
  disable(): string;
  enabled(namespace: string): boolean;
  log: Write;
}

let wanted: RegExp[] = [];
let unwanted: RegExp[] = [];
let enabledNames = '';

/** Where the page remembers what to write about. A page may have no storage, or not be let to it. */
function storage(): Storage | undefined {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}

function remember(names: string): void {
  try {
    if (names) storage()?.setItem('debug', names);
    else storage()?.removeItem('debug');
  } catch {
    // Full or forbidden: it holds until the page is left.
  }
}

function choose(names: string): void {
  enabledNames = names;
  const parts = names.split(/[\s,]+/).filter(Boolean);
  const pattern = (name: string): RegExp =>
    new RegExp(`^${name.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*?')}$`);
  wanted = parts.filter((name) => name[0] !== '-').map(pattern);
  unwanted = parts.filter((name) => name[0] === '-').map((name) => pattern(name.slice(1)));
}

/** The npm module `debug`, as much of it as `JsSIP.debug` is used for. */
export const debug = ((namespace: string): Debugger => {
  const write = ((format: unknown, ...args: unknown[]): void => {
    if (!debug.enabled(namespace)) return;
    const text = format instanceof Error ? (format.stack ?? format.message) : format;
    (write.log ?? debug.log)(
      typeof text === 'string' ? `${namespace} ${text}` : namespace,
      ...(typeof text === 'string' ? [] : [text]),
      ...args,
    );
  }) as Debugger;
  Object.defineProperties(write, {
    namespace: { value: namespace },
    enabled: { get: () => debug.enabled(namespace) },
    extend: { value: (name: string, delimiter = ':') => debug(namespace + delimiter + name) },
  });
  return write;
}) as Debug;

debug.default = debug.debug = debug;
debug.log = (...data) => console.debug(...data);
debug.enabled = (namespace) => {
  const matches = (pattern: RegExp): boolean => pattern.test(namespace);
  return wanted.some(matches) && !unwanted.some(matches);
};
debug.enable = (names) => {
  choose(names || '');
  remember(enabledNames);
};
debug.disable = () => {
  const were = enabledNames;
  debug.enable('');
  return were;
};

/** Writers of one part: `JsSIP:UA`, `JsSIP:WARN:UA`. */
export function logger(part: string): { debug: Debugger; warn: Debugger } {
  const writer = (prefix: string, log: Write): Debugger => Object.assign(debug(`JsSIP:${prefix}${part}`), { log });
  return {
    debug: writer('', (...data) => console.info(...data)),
    warn: writer('WARN:', (...data) => console.warn(...data)),
  };
}

try {
  choose(storage()?.getItem('debug') ?? '');
} catch {
  // As without storage.
}

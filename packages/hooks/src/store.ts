/** Immutable values by name. A value is replaced, never changed. */
export class Store<T extends object> {
  #values: T;
  readonly #listeners = new Set<() => void>();

  constructor(initial: T) {
    this.#values = initial;
  }

  get<K extends keyof T>(name: K): T[K] {
    return this.#values[name];
  }

  all(): T {
    return this.#values;
  }

  /** Replaces values; listeners hear of it once, and only if one differs. Equal values keep their identity. */
  set(values: Partial<T>): void {
    const changed: Partial<T> = {};
    for (const name in values) {
      if (!equal(values[name], this.#values[name])) changed[name] = values[name];
    }
    if (Object.keys(changed).length === 0) return;
    this.#values = { ...this.#values, ...changed };
    for (const listener of [...this.#listeners]) listener();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}

/** Whether two plain values have the same content. */
export function equal(a: unknown, b: unknown): boolean {
  return Object.is(a, b) || (isObject(a) && isObject(b) && sameKeys(a, b, equal));
}

/** One level only: what selectors return is compared by it. */
export function shallowEqual(a: unknown, b: unknown): boolean {
  return Object.is(a, b) || (isObject(a) && isObject(b) && sameKeys(a, b, Object.is));
}

type Dictionary = Record<string, unknown>;

/** Plain objects and arrays; a Date or a class's instance is compared by identity. */
function isObject(value: unknown): value is Dictionary {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Array.isArray(value);
}

function sameKeys(a: Dictionary, b: Dictionary, same: (a: unknown, b: unknown) => boolean): boolean {
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
}

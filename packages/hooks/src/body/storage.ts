// Storage may be full, or forbidden by the browser's settings: what is lost then is only what it keeps over a reload.

export function load(key: string, storage: () => Storage = () => localStorage): string | undefined {
  try {
    return storage().getItem(`headset:${key}`) ?? undefined;
  } catch {
    return undefined;
  }
}

export function save(key: string, value: string, storage: () => Storage = () => localStorage): void {
  try {
    if (value) storage().setItem(`headset:${key}`, value);
    else storage().removeItem(`headset:${key}`);
  } catch {
    // See above.
  }
}

/** A UUID kept under `key`, made at the first need. */
export function keptUuid(key: string, storage?: () => Storage): string {
  const kept = load(key, storage);
  if (kept) return kept;
  const made = crypto.randomUUID();
  save(key, made, storage);
  return made;
}

/** An array kept as JSON under `key`; empty where there is none. */
export function loadArray<T>(key: string): T[] {
  try {
    const value: unknown = JSON.parse(load(key) ?? '[]');
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

import type { World } from './world.js';

/** What became of a story, in words that can be compared. */
export type Outcome = Record<string, unknown>;

/** One thing that happens to a user agent, by its name. */
export type Stories = Record<string, (world: World) => Promise<Outcome>>;

/** What was heard, what was sent, and what the session is now. */
export function told(world: World, more: Outcome = {}): Outcome {
  return {
    heard: world.news(),
    wire: world.socket.wire(),
    ...(world.session && { status: world.session.status }),
    ...more,
  };
}

/** The class and code of what this throws, or `nothing`. */
export function thrown(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    const { name, code } = error as { name: string; code?: number };
    return code === undefined ? name : `${name} ${code}`;
  }
  return 'nothing';
}

/** A proxy that goes through all that its properties hold, as Vue's do. */
export function proxied<T extends object>(value: T): T {
  return new Proxy(value, {
    get(target, name, receiver) {
      const found: unknown = Reflect.get(target, name, receiver);
      const isPlain = Array.isArray(found) || Object.prototype.toString.call(found) === '[object Object]';
      return isPlain ? proxied(found as object) : found;
    },
  });
}

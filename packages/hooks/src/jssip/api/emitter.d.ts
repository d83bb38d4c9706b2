// What applications are compiled against: jssip's names, so that a program that compiles with jssip's declarations does
// with these. `test/package.test.ts` compiles one with both, and looks for every member at run time.

/** A listener that may ask for less than all that the event can carry: for what comes of a call of theirs only, say. */
export type Hears<Event> = { hears(event: Event): void }['hears'];

type Anything = (...args: any[]) => void;

/** Node's event emitter; `Events` names each event's listener. */
export class EventEmitter<Events extends object = Record<string, Anything>> {
  static defaultMaxListeners: number;
  on<E extends keyof Events>(event: E, listener: Events[E]): this;
  addListener(event: string | symbol, listener: Anything): this;
  prependListener(event: string | symbol, listener: Anything): this;
  once<E extends keyof Events>(event: E, listener: Events[E]): this;
  once(event: string | symbol, listener: Anything): this;
  prependOnceListener(event: string | symbol, listener: Anything): this;
  off(event: string | symbol, listener: Anything): this;
  removeListener(event: string | symbol, listener: Anything): this;
  removeAllListeners(event?: string | symbol): this;
  emit(event: string | symbol, ...args: any[]): boolean;
  listeners(event: string | symbol): Function[];
  rawListeners(event: string | symbol): Function[];
  listenerCount(event: string | symbol): number;
  eventNames(): (string | symbol)[];
  setMaxListeners(count: number): this;
  getMaxListeners(): number;
}

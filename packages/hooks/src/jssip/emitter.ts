type Listener = (...args: never[]) => void;
/** A listener as it is kept; `listener` is what `once` wrapped. */
type Kept = ((...args: unknown[]) => unknown) & { listener?: Kept };

/** Node's event emitter, as applications use it on JsSIP's objects. `Events` names each event's listener. */
export class EventEmitter<Events extends object = Record<string, Listener>> {
  static defaultMaxListeners = 10;

  // Not private fields: applications' proxies and copies of JsSIP's objects must work.
  declare _events: Map<string | symbol, readonly Kept[]> | undefined;
  declare _maxListeners: number | undefined;

  on<E extends keyof Events>(event: E, listener: Events[E]): this {
    return this._add(event, listener);
  }

  addListener<E extends keyof Events>(event: E, listener: Events[E]): this {
    return this._add(event, listener);
  }

  prependListener<E extends keyof Events>(event: E, listener: Events[E]): this {
    return this._add(event, listener, true);
  }

  once<E extends keyof Events>(event: E, listener: Events[E]): this {
    return this._add(event, this._once(event, listener));
  }

  prependOnceListener<E extends keyof Events>(event: E, listener: Events[E]): this {
    return this._add(event, this._once(event, listener), true);
  }

  off<E extends keyof Events>(event: E, listener: Events[E]): this {
    return this.removeListener(event, listener);
  }

  removeListener<E extends keyof Events>(event: E, listener: Events[E]): this {
    const kept = this.rawListeners(event);
    for (let at = kept.length - 1; at >= 0; at--) {
      if (kept[at] !== listener && kept[at]?.listener !== listener) continue;
      kept.splice(at, 1);
      this._keep(event, kept);
      this._tell('removeListener', event, listener);
      break;
    }
    return this;
  }

  removeAllListeners(event?: keyof Events): this {
    if (event === undefined) this._events = undefined;
    else this._keep(event, []);
    return this;
  }

  /** Whether anyone listened. What a listener throws comes out here. */
  emit<E extends keyof Events>(
    event: E,
    ...args: Events[E] extends (...args: infer A) => unknown ? A : unknown[]
  ): boolean {
    const kept = this._of(event);
    if (!kept.length && event === 'error') {
      const error: unknown = args[0];
      throw error instanceof Error
        ? error
        : Object.assign(new Error(`Unhandled error. (${String(error)})`), { context: error });
    }
    for (const listener of kept) listener.apply(this, args);
    return kept.length > 0;
  }

  listeners(event: keyof Events): Kept[] {
    return this._of(event).map((one) => one.listener ?? one);
  }

  rawListeners(event: keyof Events): Kept[] {
    return [...this._of(event)];
  }

  listenerCount(event: keyof Events): number {
    return this._of(event).length;
  }

  eventNames(): (string | symbol)[] {
    return [...(this._events?.keys() ?? [])];
  }

  setMaxListeners(count: number): this {
    this._maxListeners = count;
    return this;
  }

  getMaxListeners(): number {
    return this._maxListeners ?? EventEmitter.defaultMaxListeners;
  }

  _of(event: PropertyKey): readonly Kept[] {
    return this._events?.get(event as string) ?? [];
  }

  _add(event: PropertyKey, listener: unknown, first = false): this {
    if (typeof listener !== 'function') {
      throw new TypeError(`The "listener" argument must be of type Function. Received type ${typeof listener}`);
    }
    this._tell('newListener', event, (listener as Kept).listener ?? listener);
    const kept = this._of(event);
    this._keep(event, first ? [listener as Kept, ...kept] : [...kept, listener as Kept]);
    return this;
  }

  // A list is replaced, never changed: whoever listens while an event is told hears the next one.
  _keep(event: PropertyKey, listeners: readonly Kept[]): void {
    this._events ??= new Map();
    if (listeners.length) this._events.set(event as string, listeners);
    else this._events.delete(event as string);
  }

  _once(event: PropertyKey, listener: unknown): Kept {
    if (typeof listener !== 'function') return listener as never;
    const wrapped: Kept = (...args) => {
      this.removeListener(event as never, wrapped as never);
      return (listener as Kept).apply(this, args);
    };
    wrapped.listener = listener as Kept;
    return wrapped;
  }

  _tell(...event: [string, ...unknown[]]): void {
    if (this._events?.has(event[0])) (this as EventEmitter<any>).emit(...event);
  }
}

export { EventEmitter as default };

'use client';

import { createContext, useContext, useRef, useSyncExternalStore } from 'react';
import { inertEvent, type RTCSessionEvent } from '../session-event.js';
import { initialState, type State } from '../state.js';
import { shallowEqual } from '../store.js';
import type { Telephony } from '../telephony.js';

/** Filled by `CallcenterProvider`; read by every hook. */
export const TelephonyContext = createContext<Telephony | undefined>(undefined);

export function useTelephony(): Telephony {
  const telephony = useContext(TelephonyContext);
  if (!telephony) throw new Error('headset-hooks: this hook needs <CallcenterProvider>');
  return telephony;
}

/** A part of the state; renders again when it is replaced. */
export function useSnapshot<T>(select: (state: State) => T): T {
  const { store } = useTelephony();
  return useSyncExternalStore(
    store.subscribe,
    () => select(store.all()),
    () => select(initialState),
  );
}

const NONE: unique symbol = Symbol();

/** `select` of the call's event, compared shallowly; see `useSessionSelector`. */
export function useEventSelector<T>(select: (event: RTCSessionEvent) => T): T {
  const telephony = useTelephony();
  const last = useRef<T | typeof NONE>(NONE);
  const asked = useRef<{ select: unknown; session: unknown } | undefined>(undefined);

  const read = (): T => {
    const session = telephony.store.get('session');
    // React asks many times between two changes and wants the same answer.
    if (last.current !== NONE && asked.current?.select === select && asked.current.session === session) {
      return last.current;
    }
    asked.current = { select, session };
    const event = telephony.sessionEvent();
    if (!event && last.current !== NONE) return last.current;
    const next = attempt(select, event ?? inertEvent(), last.current);
    if (last.current === NONE || !shallowEqual(last.current, next)) last.current = next;
    return last.current;
  };

  const server = useRef<T | typeof NONE>(NONE);
  const readOnServer = (): T => {
    if (server.current === NONE) server.current = attempt(select, inertEvent(), NONE);
    return server.current;
  };
  return useSyncExternalStore(telephony.store.subscribe, read, readOnServer);
}

/** A selector that throws shows nothing new; its error is for the developer. */
function attempt<T>(select: (event: RTCSessionEvent) => T, event: RTCSessionEvent, last: T | typeof NONE): T {
  try {
    return select(event);
  } catch (error) {
    console.error('headset-hooks: the selector threw', error);
    return last === NONE ? ({} as T) : last;
  }
}

'use client';

import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from 'react';
import { idlePhone, PhoneClient } from './client.js';
import type { Phone, PhoneSettings } from './types.js';

export interface PhoneProviderProps extends PhoneSettings {
  /** The backend: an origin, a bare host name, or empty for the page's own origin. Changing it starts anew. */
  host: string;
  /** Where the engine is, if not beside the package's modules. */
  wasmUrl?: string | undefined;
  children?: ReactNode;
}

const PhoneContext = createContext<PhoneClient | undefined>(undefined);

/** A customer's phone for the components inside it: for pages on which guests call a queue. */
export function PhoneProvider(props: PhoneProviderProps): ReactElement {
  return createElement(Provider, { key: props.host, ...props });
}

function Provider({ host, wasmUrl, children, ...settings }: PhoneProviderProps): ReactElement {
  const [client] = useState(() => new PhoneClient({ host, wasmUrl }));
  useEffect(() => client.configure(settings));
  useEffect(() => {
    client.start();
    return () => client.stop();
  }, [client]);
  return createElement(PhoneContext.Provider, { value: client }, children);
}

/** The phone: its state and what it can do. */
export function usePhone(): Phone {
  const client = useContext(PhoneContext);
  if (!client) throw new Error('headset-hooks: usePhone needs <PhoneProvider>');
  const state = useSyncExternalStore(
    client.store.subscribe,
    () => client.store.all(),
    () => idlePhone,
  );
  return useMemo(() => {
    const { connect, disconnect, call, answer, hangUp, hold, mute, sendDTMF } = client;
    return { ...state, connect, disconnect, call, answer, hangUp, hold, mute, sendDTMF };
  }, [client, state]);
}

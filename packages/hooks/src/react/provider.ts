'use client';

import { createElement, type ReactElement, type ReactNode, useEffect, useState } from 'react';
import { Callcenter } from '../callcenter-client.js';
import type { Settings, Telephony } from '../telephony.js';
import { TelephonyContext } from './context.js';

export interface CallcenterProviderProps extends Settings {
  /** The backend: an origin, a bare host name, or empty for the page's own origin. Changing it starts anew. */
  host: string;
  /** Named in every event, as are `env` and `version`. */
  project?: string | undefined;
  env?: string | undefined;
  /** The application's version. */
  version?: string | undefined;
  /** Where the engine is, if not beside the package's modules. */
  wasmUrl?: string | undefined;
  children?: ReactNode;
}

/** Runs one operator's telephony for the components inside it. */
export default function CallcenterProvider(props: CallcenterProviderProps): ReactElement {
  return createElement(Provider, { key: props.host, ...props });
}

function Provider({
  host,
  project,
  env,
  version,
  wasmUrl,
  children,
  ...settings
}: CallcenterProviderProps): ReactElement {
  const [telephony] = useState<Telephony>(() => new Callcenter({ host, project, env, version, wasmUrl }));
  useEffect(() => telephony.configure(settings));
  useEffect(() => {
    telephony.start();
    return () => telephony.stop();
  }, [telephony]);
  return createElement(TelephonyContext.Provider, { value: telephony }, children);
}

import type { Remote } from './engine/contract.js';
import {
  type AudioDevicesState,
  type Registrars,
  type Session,
  type TelephonyError,
  type TelephonyHash,
  type TelephonyLaunch,
  type TelephonyStatus,
  type UserAgentStatus,
} from './types.js';
import { waitingSession } from './session-event.js';
import { CONNECTING } from './words.js';

/** Everything that hooks show, plain enough to be told to another tab. */
export interface State {
  hash: Remote<TelephonyHash>;
  launch: Remote<TelephonyLaunch>;
  status: Remote<TelephonyStatus>;
  userAgent: { status: UserAgentStatus; error?: TelephonyError };
  session: Session;
  /** The call's INVITE as text; empty without a call. */
  invite: string;
  registrars: Registrars;
  devices: AudioDevicesState;
}

/** Before anything is known, and on a server. */
export const initialState: State = {
  hash: { loading: true },
  launch: { loading: true },
  status: { loading: true },
  userAgent: { status: CONNECTING },
  session: waitingSession,
  invite: '',
  registrars: { registrars: [], rotation: 'none' },
  devices: {
    inputs: [],
    outputs: [],
    input: '',
    output: '',
    permission: 'prompt',
    soundBlocked: false,
    error: undefined,
  },
};

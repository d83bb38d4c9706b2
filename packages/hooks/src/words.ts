import type { SessionDirection, SessionStatus, Status, UserAgentStatus } from './types.js';

// The enums' words as they are: a page loads the enums only where its application uses them.

export const WAITING = 'waiting' as SessionStatus.WAITING;
export const STARTING = 'starting' as SessionStatus.STARTING;
export const ACTIVE = 'active' as SessionStatus.ACTIVE;
export const HELD = 'hold' as SessionStatus.HOLD;
export const INCOMING = 'incoming' as SessionDirection.INCOMING;
export const OUTGOING = 'outgoing' as SessionDirection.OUTGOING;
export const CONNECTING = 'connecting' as UserAgentStatus.CONNECTING;
export const ERROR = 'error' as UserAgentStatus.ERROR;
export const CONNECTED = 'connected' as Status.CONNECTED;
/** Of `Status`. */
export const STATUSES = ['connected', 'disconnected', 'paused'];

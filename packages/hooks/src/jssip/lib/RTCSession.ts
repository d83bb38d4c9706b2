export { RTCSession, RTCSession as default } from '../session.js';

// JsSIP declares these, and has no values of them.
export const Originator = { LOCAL: 'local', REMOTE: 'remote', SYSTEM: 'system' } as const;
export const SessionDirection = { INCOMING: 'incoming', OUTGOING: 'outgoing' } as const;

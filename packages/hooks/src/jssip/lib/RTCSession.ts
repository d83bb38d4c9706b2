export { RTCSession, RTCSession as default } from '../session.js';
export type { DTMF, Info } from '../info.js';
export type { ReferOptions, ReferSubscriber } from '../refer.js';
export type { MediaStreamTypes } from '../session-base.js';
export type * from '../session-events.js';
export type * from '../session-options.js';
export type { SdpEvent as SDPEvent } from '../peer.js';

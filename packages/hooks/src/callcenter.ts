export { useCallcenterStatus, useSetCallcenterStatus } from './react/hooks.js';
export type { Resource, SetStatus, StatusChange, TelephonyStatus } from './types.js';

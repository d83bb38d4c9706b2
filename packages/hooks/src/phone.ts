export { PhoneProvider, usePhone } from './phone/provider.js';
export type { PhoneProviderProps } from './phone/provider.js';
export type { Phone, PhoneCommands, PhoneSettings, PhoneState } from './phone/types.js';
export * from './types.js';

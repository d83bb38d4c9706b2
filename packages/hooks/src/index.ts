export { default } from './react/provider.js';
export type { CallcenterProviderProps } from './react/provider.js';
export {
  useAnswerCall,
  useAudioDevices,
  useCallcenterEvents,
  useEndCall,
  useHoldCall,
  useOutgoingCall,
  useRegistrars,
  useSendDTMF,
  useSession,
  useSessionMute,
  useSessionSelector,
  useTelephonyHash,
  useTelephonyLaunch,
  useTelephonyStatus,
  useTransferCall,
  useUserAgent,
} from './react/hooks.js';
export type { NameAddrHeader, RTCSession, RTCSessionEvent, SessionRequest, URI } from './session-event.js';
export * from './types.js';

'use client';

import { useEffect, useMemo, useRef } from 'react';
import type { RTCSessionEvent } from '../session-event.js';
import type { State } from '../state.js';
import type {
  AudioDevices,
  CallcenterEvent,
  CallOptions,
  DTMFOptions,
  Registrars,
  Resource,
  Session,
  SetStatus,
  TelephonyHash,
  TelephonyLaunch,
  TelephonyStatus,
  TerminateOptions,
  TransferCall,
  UserAgent,
} from '../types.js';
import { useEventSelector, useSnapshot, useTelephony } from './context.js';

/** The credential that the operator's cookie was exchanged for. */
export function useTelephonyHash(): Resource<TelephonyHash> {
  return useResource('hash');
}

/** Who the operator is, their registrars, queues and pause reasons. */
export function useTelephonyLaunch(): Resource<TelephonyLaunch> {
  return useResource('launch');
}

/** The operator's status and the function that changes it. */
export function useTelephonyStatus(): [Resource<TelephonyStatus>, SetStatus] {
  return [useCallcenterStatus(), useSetCallcenterStatus()];
}

/** The operator's status. */
export function useCallcenterStatus(): Resource<TelephonyStatus> {
  return useResource('status');
}

/** Changes the operator's status: `setStatus({status: Status.PAUSED, sub_status: 'lunch'})`. */
export function useSetCallcenterStatus(): SetStatus {
  const telephony = useTelephony();
  return useMemo(() => (change) => telephony.setStatus(change), [telephony]);
}

/** The state over all registrars. */
export function useUserAgent(): UserAgent {
  const { status, error } = useSnapshot((state) => state.userAgent);
  return useMemo(() => ({ status, error }), [status, error]);
}

/** Each registrar, and whether another set takes its place. */
export function useRegistrars(): Registrars {
  return useSnapshot((state) => state.registrars);
}

/** The call; `waiting` without one. */
export function useSession(): Session {
  return useSnapshot((state) => state.session);
}

/**
 * What `select` makes of the call, compared shallowly. Without a call its last value, or what it makes of a call
 * whose identities are empty. It never throws: where `select` does, the last value stays and the console tells.
 */
export function useSessionSelector<T>(select: (event: RTCSessionEvent) => T): T {
  return useEventSelector(select);
}

/** Answers the call that rings. */
export function useAnswerCall(): (options?: CallOptions) => void {
  const telephony = useTelephony();
  return useMemo(() => (options) => telephony.answer(options), [telephony]);
}

/** Refuses, cancels or hangs up: what ending means in the call's state. */
export function useEndCall(): (options?: TerminateOptions) => void {
  const telephony = useTelephony();
  return useMemo(() => (options) => telephony.end(options), [telephony]);
}

/** Calls a number, an operator's login or a queue. */
export function useOutgoingCall(): (target: string, options?: CallOptions) => void {
  const telephony = useTelephony();
  return useMemo(() => (target, options) => telephony.call(target, options), [telephony]);
}

/** Puts the call on hold, or with `false` takes it back. */
export function useHoldCall(): (on?: boolean) => void {
  const telephony = useTelephony();
  return useMemo(() => (on) => telephony.hold(on !== false), [telephony]);
}

/** Whether the microphone is muted in this call, and the function that sets it. */
export function useSessionMute(): [muted: boolean, setMuted: (on: boolean) => void] {
  const telephony = useTelephony();
  const muted = useSnapshot((state) => state.session.muted);
  const setMuted = useMemo(() => (on: boolean) => telephony.mute(on), [telephony]);
  return [muted, setMuted];
}

/** Presses keys: `0-9 A-D * #`; a comma waits 2 s. */
export function useSendDTMF(): (tones: string | number, options?: DTMFOptions) => void {
  const telephony = useTelephony();
  return useMemo(
    () => (tones, options) => telephony.sendDtmf(String(tones), options?.transport === 'rtp'),
    [telephony],
  );
}

/** Hands the call on: unseen, or after asking somebody while the caller waits. */
export function useTransferCall(): TransferCall {
  const telephony = useTelephony();
  const transferring = useSnapshot((state) => state.session.transferring);
  const consultation = useSnapshot((state) => state.session.consultation);
  const acts = useMemo(
    () => ({
      transfer: (target: string) => telephony.transfer(target),
      consult: (target: string, options?: CallOptions) => telephony.consult(target, options),
      join: () => telephony.join(),
      goBack: () => telephony.goBack(),
    }),
    [telephony],
  );
  return useMemo(() => ({ ...acts, transferring, consultation }), [acts, transferring, consultation]);
}

/** Microphones and loudspeakers, and which are used. */
export function useAudioDevices(): AudioDevices {
  const telephony = useTelephony();
  const state = useSnapshot((state) => state.devices);
  return useMemo(
    () => ({
      ...state,
      setInput: (id) => telephony.setInput(id),
      setOutput: (id) => telephony.setOutput(id),
      askPermission: () => telephony.askMicrophone(),
    }),
    [state, telephony],
  );
}

/** Calls `listener` with every named step (`docs/events.md`); the newest `listener` is used. */
export function useCallcenterEvents(listener: (event: CallcenterEvent) => void): void {
  const telephony = useTelephony();
  const newest = useRef(listener);
  useEffect(() => {
    newest.current = listener;
  });
  useEffect(() => telephony.onEvent((event) => newest.current(event)), [telephony]);
}

function useResource<S extends 'hash' | 'launch' | 'status'>(slice: S): Resource<NonNullable<State[S]['data']>> {
  const telephony = useTelephony();
  const { loading, data, error } = useSnapshot((state) => state[slice]);
  const retry = useMemo(() => () => telephony.retry(slice), [telephony, slice]);
  return useMemo(() => ({ loading, data, error, retry }), [loading, data, error, retry]);
}

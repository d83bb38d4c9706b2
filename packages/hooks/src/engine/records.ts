import type { CallcenterEvent, Party, TelephonyError } from '../types.js';
import {
  callDirections,
  callStatuses,
  type ConsultationSnapshot,
  type EventRecord,
  flowStatuses,
  originators,
  outcomes,
  type Output,
  records,
  type Remote,
  rotations,
  userAgentStatuses,
} from './contract.js';
import { WAITING } from '../words.js';

// What crosses is trusted: it is our own engine's.
/* eslint-disable-next-line @typescript-eslint/no-explicit-any */
type Values = any[];

/** Its place in `records`, and what that is followed by. */
export type EngineRecord = [kind: number, ...Values];

/** What a record asks for. */
export function read([kind, ...values]: EngineRecord): Output {
  const [type = '', ...names] = records[kind]?.split(' ') ?? [];
  const shape = slices[type];
  if (shape) return { type: 'changed', slice: type, value: shape(values) } as Output;
  if (type === 'event') return { type, event: eventOf(values) };
  if (type === 'callEnded') return { type, end: end(values) } as Output;
  const output: Record<string, unknown> = { type, rest: values.slice(names.length) };
  names.forEach((name, index) => (output[name] = values[index]));
  return output as Output;
}

export function eventOf([id, name, at_ms, login, ...pairs]: EventRecord): CallcenterEvent {
  const fields: Record<string, unknown> = {};
  for (let index = 0; index < pairs.length; index += 2) fields[pairs[index] as string] = pairs[index + 1];
  return { id, name, at_ms, login, fields } as CallcenterEvent;
}

const slices: Record<string, (values: Values) => unknown> = {
  hash: remote(([login, username, hash, expires_in]) => ({ login, username, hash, expires_in })),
  launch: remote(([launch]) => launch),
  status: remote(([status, sub_status, since, version, by, next, nextSub]) => ({
    status,
    sub_status: sub_status || null,
    since,
    version,
    next: next ? { status: next, sub_status: nextSub || null } : null,
    by,
  })),
  userAgent: ([status, error]) => ({ status: userAgentStatuses[status], error: failure(error) }),
  session: (values) => {
    if (values.length === 0) return { status: WAITING };
    const consultation = values[CALL_FIELDS];
    return { ...call(values), consultation: consultation ? call(consultation) : undefined };
  },
  registrars: ([rotation, ...flows]) => ({
    rotation: rotations[rotation],
    registrars: flows.map(([id, uri, status, error]) => ({
      id,
      uri,
      status: flowStatuses[status],
      error: error ?? undefined,
    })),
  }),
};

const CALL_FIELDS = 15;

function call([
  status,
  direction,
  id,
  local,
  remote,
  ringing,
  muted,
  heldByRemote,
  connected,
  answering,
  transferring,
  answeredAt,
  position,
  waiting,
  invite,
]: Values): ConsultationSnapshot {
  return {
    status: callStatuses[status] as ConsultationSnapshot['status'],
    direction: callDirections[direction] as ConsultationSnapshot['direction'],
    id,
    local: party(local),
    remote: party(remote),
    ringing,
    queuePlace: position ? { position, waiting } : undefined,
    muted,
    heldByRemote,
    connected,
    answering,
    transferring,
    answeredAt: answeredAt ?? undefined,
    invite,
  };
}

function remote(data: (values: Values) => unknown): (values: Values) => Remote<unknown> {
  return ([loading, error, ...values]) => ({
    loading,
    data: values.length ? data(values) : undefined,
    error: failure(error),
  });
}

function failure(values: Values | null): TelephonyError | undefined {
  if (!values) return undefined;
  const [code, message, fatal, recovering, loginUrl] = values;
  return { code, message, fatal, recovering, loginUrl: loginUrl || undefined };
}

function end([direction, originator, outcome, id, cause, status_code, reason_phrase, remote]: Values): unknown {
  return {
    id,
    direction: callDirections[direction],
    originator: originators[originator],
    outcome: outcomes[outcome],
    cause,
    remote: party(remote),
    status_code: status_code ?? undefined,
    reason_phrase: reason_phrase ?? undefined,
  };
}

function party([displayName, uri, user, host]: Values): Party {
  return { displayName, uri, user, host };
}

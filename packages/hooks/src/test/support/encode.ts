import {
  callDirections,
  callStatuses,
  type ConsultationSnapshot,
  flowStatuses,
  originators,
  outcomes,
  type Output,
  records,
  type Remote,
  rotations,
  type Snapshots,
  userAgentStatuses,
} from '../../engine/contract.js';
import { type CallcenterEvent, type Party, SessionStatus, type TelephonyError } from '../../types.js';

/** The record that the engine would write for this output. */
export function encode(output: Output): string {
  const name = output.type === 'changed' ? output.slice : output.type;
  const kind = records.findIndex((record) => record.split(' ')[0] === name);
  return JSON.stringify([kind, ...values(output)]);
}

function values(output: Output): unknown[] {
  switch (output.type) {
    case 'changed':
      return slices[output.slice](output.value as never);
    case 'event':
      return eventRecord(output.event);
    case 'callEnded': {
      const { id, direction, originator, outcome, cause, status_code, reason_phrase, remote } = output.end;
      const words = [callDirections.indexOf(direction), originators.indexOf(originator), outcomes.indexOf(outcome)];
      return [...words, id, cause, status_code, reason_phrase, party(remote)];
    }
    default: {
      const { type: _, rest = [], ...named } = { rest: undefined, ...output } as Record<string, unknown>;
      const names =
        records
          .find((record) => record.split(' ')[0] === output.type)
          ?.split(' ')
          .slice(1) ?? [];
      return [...names.map((name) => named[name]), ...(rest as unknown[])];
    }
  }
}

export function eventRecord({ id, name, at_ms, login, fields }: CallcenterEvent): (string | number)[] {
  return [id, name, at_ms, login, ...Object.entries(fields).flat()];
}

const slices: { [S in keyof Snapshots]: (value: Snapshots[S]) => unknown[] } = {
  hash: (slice) => remote(slice, ({ login, username, hash, expires_in }) => [login, username, hash, expires_in]),
  launch: (slice) => remote(slice, (launch) => [launch]),
  status: (slice) =>
    remote(slice, ({ status, sub_status, since, version, by, next }) => [
      status,
      sub_status,
      since,
      version,
      by,
      ...(next ? [next.status, next.sub_status] : []),
    ]),
  userAgent: ({ status, error }) => [userAgentStatuses.indexOf(status), failure(error)],
  session: (session) =>
    session.status === SessionStatus.WAITING
      ? []
      : [...call(session), ...(session.consultation ? [call(session.consultation)] : [])],
  registrars: ({ registrars, rotation }) => [
    rotations.indexOf(rotation),
    ...registrars.map(({ id, uri, status, error }) => [id, uri, flowStatuses.indexOf(status), error]),
  ],
};

function call(call: ConsultationSnapshot): unknown[] {
  return [
    callStatuses.indexOf(call.status),
    callDirections.indexOf(call.direction),
    call.id,
    party(call.local),
    party(call.remote),
    call.ringing,
    call.muted,
    call.heldByRemote,
    call.connected,
    call.answering,
    call.transferring,
    call.answeredAt,
    call.queuePlace?.position ?? 0,
    call.queuePlace?.waiting ?? 0,
    call.invite,
  ];
}

function remote<T>({ loading, data, error }: Remote<T>, fields: (data: T) => unknown[]): unknown[] {
  return [loading, failure(error), ...(data ? fields(data) : [])];
}

function failure(error: TelephonyError | undefined): unknown {
  return error && [error.code, error.message, error.fatal, error.recovering, error.loginUrl];
}

function party({ displayName, uri, user, host }: Party): string[] {
  return [displayName, uri, user, host];
}

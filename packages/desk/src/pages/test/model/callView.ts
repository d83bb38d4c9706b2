import { type CallEnd, type CallOutcome, type Session, SessionDirection, SessionStatus } from 'headset-hooks';

/** Who is at the other end, as the operator reads it. */
export interface Caller {
  /** A number, or a colleague's login. */
  number: string;
  /** The queue that the call came through; for a direct call, the other side's name where it has one. */
  name?: string | undefined;
}

/** A call that is over, as it is shown afterwards. */
export interface EndedCall {
  id: string;
  caller: Caller;
  direction: SessionDirection;
  /** Who ended it. */
  originator: CallEnd['originator'];
  outcome: CallOutcome;
  statusCode?: number | undefined;
  /** How long it was talked, in ms; undefined where it was not answered. */
  talked?: number | undefined;
  technical?: string | undefined;
}

interface Call {
  id: string;
  caller: Caller;
}

/** The operator talks to somebody. */
interface Ongoing extends Call {
  muted: boolean;
}

export interface Talking extends Ongoing {
  kind: 'talking';
  /** ms since the Unix epoch. */
  since: number;
  held: boolean;
  heldByRemote: boolean;
  sound: 'connecting' | 'on' | 'lost';
  /** It is being handed on. */
  transferring: boolean;
}

/** Somebody is asked while the caller waits. */
export interface Consulting extends Ongoing {
  kind: 'consulting';
  colleague: Caller;
  stage: 'dialling' | 'ringing' | 'talking';
  /** ms since the Unix epoch, once they talk. */
  since: number | undefined;
  /** The two are being connected. */
  joining: boolean;
}

/** What the call card shows: one of these at a time. */
export type CallView =
  | { kind: 'idle' }
  | ({ kind: 'ringing'; answering: boolean } & Call)
  | ({ kind: 'dialling'; ringing: boolean } & Call)
  | Talking
  | Consulting
  | { kind: 'ended'; end: EndedCall };

/**
 * The card for a session. `ended` is the call to be shown after its end, `heardBefore` whether sound had already come
 * through in this call: without sound it is then lost, not still connecting.
 */
export function callView(session: Session, ended: EndedCall | undefined, heardBefore: boolean): CallView {
  const { status, id = '' } = session;
  if (status === SessionStatus.WAITING) return ended ? { kind: 'ended', end: ended } : { kind: 'idle' };

  const caller = callerOf(session.remote);
  if (status === SessionStatus.STARTING) {
    return session.direction === SessionDirection.OUTGOING
      ? { kind: 'dialling', id, caller, ringing: session.ringing }
      : { kind: 'ringing', id, caller, answering: session.answering };
  }
  const { consultation, muted } = session;
  if (consultation) {
    const stage =
      consultation.status !== SessionStatus.STARTING ? 'talking' : consultation.ringing ? 'ringing' : 'dialling';
    return {
      kind: 'consulting',
      id,
      caller,
      colleague: callerOf(consultation.remote),
      stage,
      since: consultation.answeredAt,
      muted,
      joining: session.transferring,
    };
  }
  return {
    kind: 'talking',
    id,
    caller,
    transferring: session.transferring,
    since: session.answeredAt ?? Date.now(),
    held: status === SessionStatus.HOLD,
    heldByRemote: session.heldByRemote,
    muted,
    sound: session.connected ? 'on' : heardBefore ? 'lost' : 'connecting',
  };
}

export function callerOf(party: { user: string; displayName: string } | undefined): Caller {
  const number = party?.user ?? '';
  const name = party?.displayName.trim();
  return { number, name: name && name !== number ? name : undefined };
}

/** What is kept of a call at its end; `answeredAt` as the session last told it, `now` in ms since the Unix epoch. */
export function endedCall(end: CallEnd, answeredAt: number | undefined, now: number): EndedCall {
  const reason = [end.status_code, end.reason_phrase].filter(Boolean).join(' ');
  return {
    id: end.id,
    caller: callerOf(end.remote),
    direction: end.direction,
    originator: end.originator,
    outcome: end.outcome,
    statusCode: end.status_code,
    talked: end.outcome === 'answered' && answeredAt !== undefined ? Math.max(0, now - answeredAt) : undefined,
    technical: end.outcome === 'failed' ? [end.cause, reason].filter(Boolean).join(': ') || undefined : undefined,
  };
}

/** Which words tell how it ended. */
export type OutcomeWords =
  | 'answered'
  | 'missed'
  | 'rejected'
  | 'rejectedThere'
  | 'busyThere'
  | 'notFoundThere'
  | 'cancelled'
  | 'cancelledHere'
  | 'elsewhere'
  | 'failed';

export function outcomeWords(end: EndedCall): OutcomeWords {
  const outgoing = end.direction === SessionDirection.OUTGOING;
  if (outgoing && end.outcome !== 'answered') {
    if (end.statusCode === 486 || end.statusCode === 600) return 'busyThere';
    if (end.statusCode === 404 || end.statusCode === 604) return 'notFoundThere';
  }
  switch (end.outcome) {
    case 'answered':
      return 'answered';
    case 'missed':
      return outgoing ? 'rejectedThere' : 'missed';
    case 'rejected':
      return outgoing ? 'rejectedThere' : 'rejected';
    case 'cancelled':
      return outgoing ? 'cancelledHere' : 'cancelled';
    case 'answered_elsewhere':
      return 'elsewhere';
    case 'failed':
      return 'failed';
  }
}

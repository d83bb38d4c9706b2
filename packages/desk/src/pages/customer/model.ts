import { type CallEnd, type Session, SessionDirection, SessionStatus } from 'headset-hooks';

/** How the customer's last call ended, in the customer's words. */
export type EndWords = 'ended' | 'endedUnanswered' | 'endedFailed' | 'endedBusy' | 'endedMissed' | 'endedRefused';

export interface EndedCall {
  words: EndWords;
  /** ms; undefined where nobody talked. */
  talked?: number | undefined;
  technical?: string | undefined;
}

/** What the customer sees: one of these at a time. */
export type CustomerView =
  | { kind: 'idle' }
  | { kind: 'calling'; ringing: boolean }
  | { kind: 'waiting'; position: number; waiting: number }
  | { kind: 'incoming'; from: string; answering: boolean }
  | {
      kind: 'talking';
      /** A queue's name, or who called. */
      with: string;
      /** ms since the Unix epoch. */
      since: number;
      muted: boolean;
      heldByRemote: boolean;
      sound: 'connecting' | 'on' | 'lost';
    }
  | { kind: 'ended'; end: EndedCall };

/** `dialled` is the name of what was called, for the time before the other side tells its own. */
export function customerView(
  session: Session,
  ended: EndedCall | undefined,
  heardBefore: boolean,
  dialled: string,
): CustomerView {
  const incoming = session.direction === SessionDirection.INCOMING;
  const remote = session.remote?.displayName || session.remote?.user || '';
  switch (session.status) {
    case SessionStatus.WAITING:
      return ended ? { kind: 'ended', end: ended } : { kind: 'idle' };
    case SessionStatus.STARTING:
      if (incoming) return { kind: 'incoming', from: remote, answering: session.answering };
      if (session.queuePlace) return { kind: 'waiting', ...session.queuePlace };
      return { kind: 'calling', ringing: session.ringing };
    default:
      return {
        kind: 'talking',
        with: incoming ? remote : dialled || remote,
        since: session.answeredAt ?? Date.now(),
        muted: session.muted,
        heldByRemote: session.heldByRemote,
        sound: session.connected ? 'on' : heardBefore ? 'lost' : 'connecting',
      };
  }
}

export function customerEnd(end: CallEnd, answeredAt: number | undefined, now: number): EndedCall {
  if (end.outcome === 'answered') {
    return { words: 'ended', talked: answeredAt === undefined ? undefined : Math.max(0, now - answeredAt) };
  }
  if (end.direction === SessionDirection.INCOMING) {
    return {
      words: end.outcome === 'rejected' ? 'endedRefused' : end.outcome === 'failed' ? 'endedFailed' : 'endedMissed',
    };
  }
  if (end.status_code === 486 || end.status_code === 600) return { words: 'endedBusy' };
  if (end.outcome === 'cancelled' && end.originator === 'local') return { words: 'endedUnanswered' };
  const technical = [end.cause, end.status_code, end.reason_phrase].filter(Boolean).join(' ');
  return { words: 'endedFailed', technical: technical || undefined };
}

/** A number for whoever has not chosen one: made up, and the same as long as the tab is open. */
export function madeUpNumber(random: () => number = Math.random): string {
  return `7999${String(Math.floor(random() * 1e7)).padStart(7, '0')}`;
}

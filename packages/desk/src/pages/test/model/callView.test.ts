import { SessionDirection, SessionStatus } from 'headset-hooks';
import { describe, expect, it } from 'vitest';
import { callView, endedCall, outcomeWords } from './callView';
import { callEnd, session } from './fixtures';

const waiting = session({ status: SessionStatus.WAITING, id: undefined, remote: undefined, direction: undefined });

describe('the call card follows the session', () => {
  it('is idle without a call, and shows the last one as long as it is fresh', () => {
    expect(callView(waiting, undefined, false)).toEqual({ kind: 'idle' });
    const end = endedCall(callEnd(), 1000, 4000);
    expect(callView(waiting, end, false)).toEqual({ kind: 'ended', end });
  });

  it('rings with the queue and the number', () => {
    expect(callView(session(), undefined, false)).toEqual({
      kind: 'ringing',
      id: 'call-1',
      caller: { number: '79991234567', name: 'Support' },
      answering: false,
    });
  });

  it('rings for the next call even while the last one is still shown', () => {
    const end = endedCall(callEnd(), 1000, 4000);
    expect(callView(session({ id: 'call-2' }), end, false).kind).toBe('ringing');
  });

  it('names no queue where the caller brings none', () => {
    const remote = { displayName: '79991234567', uri: 'sip:79991234567@demo', user: '79991234567', host: 'demo' };
    expect(callView(session({ remote }), undefined, false)).toMatchObject({ caller: { name: undefined } });
  });

  it('dials', () => {
    const outgoing = session({ direction: SessionDirection.OUTGOING, ringing: true });
    expect(callView(outgoing, undefined, false)).toMatchObject({ kind: 'dialling', ringing: true });
  });

  it('talks from the moment of the answer', () => {
    const talking = session({ status: SessionStatus.ACTIVE, answeredAt: 5000, connected: true });
    expect(callView(talking, undefined, true)).toMatchObject({
      kind: 'talking',
      since: 5000,
      held: false,
      sound: 'on',
    });
  });

  it('tells held here, held there and muted apart', () => {
    expect(callView(session({ status: SessionStatus.HOLD, muted: true }), undefined, true)).toMatchObject({
      held: true,
      heldByRemote: false,
      muted: true,
    });
    expect(callView(session({ status: SessionStatus.ACTIVE, heldByRemote: true }), undefined, true)).toMatchObject({
      held: false,
      heldByRemote: true,
    });
  });

  it('tells sound that is on its way from sound that was lost', () => {
    const silent = session({ status: SessionStatus.ACTIVE, connected: false });
    expect(callView(silent, undefined, false)).toMatchObject({ sound: 'connecting' });
    expect(callView(silent, undefined, true)).toMatchObject({ sound: 'lost' });
  });
});

describe('what is kept of a call', () => {
  it('has a length only if it was answered', () => {
    expect(endedCall(callEnd(), 1_000, 193_000).talked).toBe(192_000);
    expect(endedCall(callEnd({ outcome: 'missed' }), undefined, 193_000).talked).toBeUndefined();
  });

  it('brings the technical detail of a failure, and of nothing else', () => {
    const failed = callEnd({
      outcome: 'failed',
      cause: 'SIP Failure Code',
      status_code: 503,
      reason_phrase: 'Busy here',
    });
    expect(endedCall(failed, undefined, 0).technical).toBe('SIP Failure Code: 503 Busy here');
    expect(endedCall(callEnd({ outcome: 'rejected', status_code: 486 }), undefined, 0).technical).toBeUndefined();
  });

  it.each([
    ['incoming', 'answered', undefined, 'answered'],
    ['incoming', 'missed', undefined, 'missed'],
    ['incoming', 'rejected', 486, 'rejected'],
    ['incoming', 'cancelled', undefined, 'cancelled'],
    ['incoming', 'answered_elsewhere', undefined, 'elsewhere'],
    ['incoming', 'failed', 480, 'failed'],
    ['outgoing', 'answered', undefined, 'answered'],
    ['outgoing', 'rejected', 486, 'busyThere'],
    ['outgoing', 'rejected', 603, 'rejectedThere'],
    ['outgoing', 'failed', 404, 'notFoundThere'],
    ['outgoing', 'cancelled', undefined, 'cancelledHere'],
    ['outgoing', 'missed', 480, 'rejectedThere'],
    ['outgoing', 'failed', 500, 'failed'],
  ] as const)('%s, %s %s: %s', (direction, outcome, status_code, words) => {
    const end = callEnd({ direction: direction as SessionDirection, outcome, status_code });
    expect(outcomeWords(endedCall(end, undefined, 0))).toBe(words);
  });
});

import { SessionDirection, SessionStatus } from 'headset-hooks';
import { describe, expect, it } from 'vitest';
import { callEnd, session } from '../test/model/fixtures';
import { customerEnd, customerView, madeUpNumber } from './model';

const outgoing = (over: Parameters<typeof session>[0] = {}) =>
  session({ direction: SessionDirection.OUTGOING, remote: undefined, ...over });

describe('the customer’s card follows the call', () => {
  it('calls, waits in its place, talks', () => {
    expect(customerView(outgoing(), undefined, false, 'Support')).toEqual({ kind: 'calling', ringing: false });
    const waiting = outgoing({ queuePlace: { position: 3, waiting: 5 } });
    expect(customerView(waiting, undefined, false, 'Support')).toEqual({ kind: 'waiting', position: 3, waiting: 5 });
    const talking = outgoing({ status: SessionStatus.ACTIVE, answeredAt: 7, connected: true });
    expect(customerView(talking, undefined, true, 'Support')).toMatchObject({
      kind: 'talking',
      with: 'Support',
      since: 7,
    });
  });

  it('is rung by an operator', () => {
    const remote = { displayName: 'Anna Petrova', uri: 'sip:anna@demo', user: 'anna', host: 'demo' };
    expect(customerView(session({ remote }), undefined, false, 'Support')).toEqual({
      kind: 'incoming',
      from: 'Anna Petrova',
      answering: false,
    });
    expect(customerView(session({ remote, status: SessionStatus.ACTIVE }), undefined, false, 'Support')).toMatchObject({
      with: 'Anna Petrova',
    });
  });

  it('tells that the operator holds it', () => {
    const held = outgoing({ status: SessionStatus.ACTIVE, heldByRemote: true });
    expect(customerView(held, undefined, true, 'Support')).toMatchObject({ heldByRemote: true });
  });
});

describe('how it ended, in the customer’s words', () => {
  const out = { direction: SessionDirection.OUTGOING };

  it.each([
    [{ ...out }, 'ended'],
    [{ ...out, outcome: 'cancelled', originator: 'local' }, 'endedUnanswered'],
    [{ ...out, outcome: 'rejected', status_code: 486 }, 'endedBusy'],
    [{ ...out, outcome: 'failed', status_code: 503 }, 'endedFailed'],
    [{ outcome: 'cancelled' }, 'endedMissed'],
    [{ outcome: 'rejected', originator: 'local' }, 'endedRefused'],
  ] as const)('%o: %s', (over, words) => {
    expect(customerEnd(callEnd(over), undefined, 0).words).toBe(words);
  });

  it('with its length', () => {
    expect(customerEnd(callEnd(out), 1_000, 84_000).talked).toBe(83_000);
  });
});

describe('a made-up number', () => {
  it('is a whole mobile number whatever chance gives', () => {
    expect(madeUpNumber(() => 0)).toBe('79990000000');
    expect(madeUpNumber(() => 0.99999999)).toBe('79999999999');
  });
});

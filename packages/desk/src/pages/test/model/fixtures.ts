import { type CallEnd, type Session, SessionDirection, SessionStatus } from 'headset-hooks';

/** Sessions and ends for tests: a queue call from a mobile number, with what a test is about put over it. */
export function session(over: Partial<Session> = {}): Session {
  return {
    status: SessionStatus.STARTING,
    direction: SessionDirection.INCOMING,
    id: 'call-1',
    remote: { displayName: 'Support', uri: 'sip:79991234567@demo', user: '79991234567', host: 'demo' },
    ringing: false,
    muted: false,
    heldByRemote: false,
    connected: false,
    answering: false,
    transferring: false,
    ...over,
  };
}

export function callEnd(over: Partial<CallEnd> = {}): CallEnd {
  return {
    id: 'call-1',
    direction: SessionDirection.INCOMING,
    originator: 'remote',
    outcome: 'answered',
    cause: 'Terminated',
    remote: { displayName: 'Support', uri: 'sip:79991234567@demo', user: '79991234567', host: 'demo' },
    ...over,
  };
}

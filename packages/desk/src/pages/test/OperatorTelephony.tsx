import CallcenterProvider, { type CallEnd, type Session, SessionStatus, type TelephonyError } from 'headset-hooks';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Account } from '../../shared/auth/api';
import { endsWithCall } from '../../shared/call/callError';
import { type EndedCall, endedCall } from './model/callView';
import { Workplace } from './Workplace';

/** How long the outcome of a call stays on the card by itself, in ms. */
const OUTCOME_SHOWN = 8000;

/** The telephony of one operator, and what only its callbacks tell: how calls ended, what went wrong in them. */
export function OperatorTelephony({ account }: { account: Account }) {
  const [last, setLast] = useState<EndedCall>();
  const [fresh, setFresh] = useState(false);
  const [callError, setCallError] = useState<TelephonyError>();
  /** The call as it was seen last, and consultations: their end is not the call's. */
  const seen = useRef<Session>(undefined);
  const consultations = useRef(new Set<string>());
  const shown = useRef<SessionStatus>(undefined);

  const onCallEnd = useCallback((end: CallEnd) => {
    const call = seen.current;
    if (consultations.current.delete(end.id) && call?.id !== end.id) return;
    setLast(endedCall(end, call?.id === end.id ? call.answeredAt : undefined, Date.now()));
    setFresh(true);
  }, []);

  useEffect(() => {
    if (!fresh || last === undefined) return;
    const timer = setTimeout(() => setFresh(false), OUTCOME_SHOWN);
    return () => clearTimeout(timer);
  }, [fresh, last]);

  const onSession = useCallback((session: Session) => {
    const { status, consultation } = session;
    const over = status === SessionStatus.WAITING;
    if (!over) seen.current = session;
    if (consultation) consultations.current.add(consultation.id);
    if (status === shown.current) return;
    shown.current = status;
    // Why a call failed is read after it; what went wrong in one goes with it.
    setCallError((error) => (over && error && !endsWithCall(error) ? error : undefined));
  }, []);

  return (
    <CallcenterProvider
      host=""
      project="headset-desk"
      env={import.meta.env.MODE}
      version={__VERSION__}
      onCallEnd={onCallEnd}
      onError={setCallError}
    >
      <Workplace
        account={account}
        last={last}
        ended={fresh ? last : undefined}
        callError={callError}
        onSession={onSession}
        onDone={() => setFresh(false)}
      />
    </CallcenterProvider>
  );
}

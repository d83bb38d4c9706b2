import { type Session, SessionStatus } from 'headset-hooks';
import { useEffect, useState } from 'react';

/** Whether sound has come through in this call: when it is gone afterwards, it is lost rather than on its way. */
export function useHeard(session: Session): boolean {
  const [heard, setHeard] = useState<string>();
  const talking = session.status === SessionStatus.ACTIVE || session.status === SessionStatus.HOLD;

  useEffect(() => {
    if (talking && session.connected) setHeard(session.id);
  }, [talking, session.connected, session.id]);

  return talking && heard !== undefined && heard === session.id;
}

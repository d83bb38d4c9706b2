// An operator's page on headset-hooks that answers every call a moment after it rings.
import CallcenterProvider, {
  SessionStatus,
  useAnswerCall,
  useEndCall,
  useSession,
  useTelephonyStatus,
  useUserAgent,
} from 'headset-hooks';
import { createElement, useEffect, useLayoutEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { host, stopwatch } from './stopwatch.js';

function Operator() {
  const [{ data, loading }, setStatus] = useTelephonyStatus();
  const { status: agent } = useUserAgent();
  const { status, direction } = useSession();
  const answer = useAnswerCall();
  const end = useEndCall();
  const rings = status === SessionStatus.STARTING && direction === 'incoming';
  useLayoutEffect(() => {
    if (rings) stopwatch.rang({ answer: () => answer(), end: () => end() });
  }, [rings, answer, end]);
  useLayoutEffect(() => {
    if (status === SessionStatus.WAITING) stopwatch.ended();
  }, [status]);
  useEffect(() => {
    if (agent === 'registered' && !loading && data?.status === 'disconnected') void setStatus({ status: 'connected' });
  }, [agent, loading, data, setStatus]);
  return createElement('p', null, data?.status === 'connected' ? 'ready' : agent);
}

createRoot(document.body.appendChild(document.createElement('main'))).render(
  createElement(CallcenterProvider, { host, project: 'bench', env: 'bench', version: '1' }, createElement(Operator)),
);

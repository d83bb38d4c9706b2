// An operator's page on headset-hooks: status, registration, a call answered and ended.
import CallcenterProvider, {
  useAnswerCall,
  useEndCall,
  useSession,
  useSessionSelector,
  useTelephonyHash,
  useTelephonyLaunch,
  useTelephonyStatus,
  useUserAgent,
} from 'headset-hooks';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';

const remote = ({ session }) => ({
  phone: session.remote_identity.uri.user,
  queue: session.remote_identity.display_name,
});

function Operator() {
  const [status, setStatus] = useTelephonyStatus();
  const hash = useTelephonyHash();
  const launch = useTelephonyLaunch();
  const agent = useUserAgent();
  const session = useSession();
  const { phone, queue } = useSessionSelector(remote);
  const answer = useAnswerCall();
  const end = useEndCall();
  const text = [launch.data?.login, status.data?.status, agent.status, session.status, phone, queue, hash.error?.code];
  return createElement('div', null, text.join(' '), [
    createElement('button', { key: 1, onClick: () => setStatus({ status: 'connected' }) }, 'On line'),
    createElement('button', { key: 2, onClick: () => answer() }, 'Answer'),
    createElement('button', { key: 3, onClick: () => end() }, 'End'),
  ]);
}

createRoot(document.body).render(
  createElement(
    CallcenterProvider,
    { host: '', project: 'bench', env: 'bench', version: '1' },
    createElement(Operator),
  ),
);

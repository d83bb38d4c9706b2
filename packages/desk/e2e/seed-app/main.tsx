import CallcenterProvider, { type TerminateOptions, useSendDTMF, useTelephonyHash } from 'headset-hooks';
import { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';

import Test from '../../../hooks/src/test/seed/Test';

/** An application on another origin than the server: the seed's example with a switch for refusing calls, and a key. */
function App() {
  const [reason, setReason] = useState<string>();
  const [log, setLog] = useState<string[]>([]);
  const note = (line: string) => setLog((lines) => [...lines, line]);
  return (
    <CallcenterProvider
      host={new URLSearchParams(location.search).get('host') ?? ''}
      project="seed"
      env="test"
      version="1.0.0"
      startSessionDisabledReason={reason}
      onStatusChange={(previous, next) => note(`status ${previous} -> ${next}`)}
      onSessionTerminate={(data: TerminateOptions) => note(`terminated ${data.status_code} ${data.reason_phrase}`)}
    >
      <Test />
      <HashErrors note={note} />
      <KeyInRtp />
      <label>
        <input
          type="checkbox"
          checked={reason !== undefined}
          onChange={(event) => setReason(event.target.checked ? 'dinner is served' : undefined)}
        />
        Refuse calls
      </label>
      <output data-testid="log">{log.join('\n')}</output>
    </CallcenterProvider>
  );
}

function HashErrors({ note }: { note: (line: string) => void }) {
  const code = useTelephonyHash().error?.code;
  useEffect(() => {
    if (code) note(`hash: ${code}`);
  }, [code]);
  return null;
}

function KeyInRtp() {
  const send = useSendDTMF();
  return <button onClick={() => send('5', { transport: 'rtp' })}>5 in RTP</button>;
}

const root = document.getElementById('root');
if (root) createRoot(root).render(<App />);

import CallcenterProvider, { SessionStatus, Status, useAnswerCall, useEndCall, useSession, useTelephonyStatus } from 'headset-hooks';

const Phone = () => {
  const [{ data, loading }, setStatus] = useTelephonyStatus();
  const { status, direction, remote } = useSession();
  const answer = useAnswerCall();
  const end = useEndCall();
  if (status === SessionStatus.STARTING && direction === 'incoming') return <button onClick={() => answer()}>Answer {remote?.user}</button>;
  if (status !== SessionStatus.WAITING) return <button onClick={() => end()}>Hang up</button>;
  return <button disabled={loading || data?.status === Status.CONNECTED} onClick={() => setStatus({ status: Status.CONNECTED })}>Go on line</button>;
};

export const App = () => <CallcenterProvider host="callcentre.example"><Phone /></CallcenterProvider>;

import { type Queue, SessionStatus, type TelephonyError, UserAgentStatus } from 'headset-hooks';
import { usePhone } from 'headset-hooks/phone';
import { useEffect, useRef, useState } from 'react';
import { useHeard } from '../../shared/call/useHeard';
import { guestNumber } from '../../shared/format/number';
import { usePageIcon } from '../../shared/hooks/usePageIcon';
import { microphoneProblem } from '../../shared/media/microphone';
import { CustomerCard } from './CustomerCard';
import { CustomerForm } from './CustomerForm';
import { CustomerProblems } from './CustomerProblems';
import { customerEnd, customerView } from './model';

interface Props {
  number: string;
  onNumber: (number: string) => void;
  /** What went wrong in the last call. */
  callError: TelephonyError | undefined;
  /** A call begins: `callError` is of the past. */
  onCall: () => void;
}

/** The phone's hook on one side, the page on the other. */
export function CustomerPhone({ number, onNumber, callError, onCall }: Props) {
  const phone = usePhone();
  const { session, queues, lastCall, connect, disconnect, hangUp } = phone;
  const [chosen, setChosen] = useState<string>();
  const [dialled, setDialled] = useState('');
  const [read, setRead] = useState<string>();
  const [draft, setDraft] = useState<string>();
  const [wanted, setWanted] = useState(false);
  const [known, setKnown] = useState<readonly Queue[]>();
  const times = useCallTimes(session.id, session.status, session.answeredAt);

  useEffect(() => {
    connect(number);
    return disconnect;
  }, [connect, disconnect, number]);

  // Kept while the phone connects anew with another number.
  useEffect(() => {
    if (phone.status === 'ready') setKnown(queues);
  }, [phone.status, queues]);

  const queue = chosen ?? known?.[0]?.name ?? '';
  const titleOf = (name: string) => known?.find((entry) => entry.name === name)?.display_name || name;
  const settled = draft === undefined || guestNumber(draft) === number;
  const ready = settled && phone.number === number && phone.userAgent.status === UserAgentStatus.REGISTERED;
  const problems = <CustomerProblems phone={phone} callError={callError} onRetry={() => connect(number)} />;

  const ended =
    lastCall && lastCall.id !== read ? customerEnd(lastCall, times.answeredAt, times.endedAt ?? Date.now()) : undefined;
  const view = customerView(session, ended, useHeard(session), titleOf(dialled));
  usePageIcon(
    view.kind === 'incoming' ? 'icon-ringing' : view.kind === 'idle' || view.kind === 'ended' ? 'icon' : 'icon-talking',
  );

  // Pressed while the phone still connects, as after another number was typed: the call begins as soon as it can.
  useEffect(() => {
    if (!wanted) return;
    if (phone.error?.fatal) setWanted(false);
    if (!ready || !queue) return;
    setWanted(false);
    onCall();
    setRead(lastCall?.id);
    setDialled(queue);
    phone.call(queue);
  }, [wanted, ready, queue, phone, lastCall, onCall]);

  if (view.kind === 'idle') {
    return (
      <CustomerForm
        number={number}
        queues={known}
        queue={queue}
        ready={ready}
        waiting={wanted}
        draft={draft}
        onDraft={setDraft}
        problems={problems}
        onNumber={onNumber}
        onQueue={setChosen}
        onCall={() => setWanted(true)}
      />
    );
  }
  const incoming = view.kind === 'ended' ? lastCall?.direction === 'incoming' : session.direction === 'incoming';
  return (
    <CustomerCard
      key={session.id ?? lastCall?.id}
      view={view}
      dialled={incoming ? (lastCall?.remote.displayName ?? '') : titleOf(dialled)}
      startedAt={times.startedAt}
      digits={phone.digits}
      problems={problems}
      explained={microphoneProblem(callError) !== undefined}
      onAnswer={() => phone.answer()}
      onEnd={() => hangUp()}
      onMute={phone.mute}
      onDigit={phone.sendDTMF}
      onAgain={() => {
        setRead(lastCall?.id);
        setWanted(true);
      }}
      onDone={() => setRead(lastCall?.id)}
    />
  );
}

/** When the call began, was answered and ended, ms since the Unix epoch; kept after its end. */
function useCallTimes(id: string | undefined, status: SessionStatus, answered: number | undefined) {
  const times = useRef<{ id?: string | undefined; startedAt: number; answeredAt?: number; endedAt?: number }>({
    startedAt: 0,
  });
  const now = times.current;
  if (status === SessionStatus.WAITING) {
    if (now.id !== undefined) now.endedAt ??= Date.now();
  } else if (now.id !== id || now.endedAt !== undefined) {
    times.current = { id, startedAt: Date.now() };
  }
  if (answered !== undefined) times.current.answeredAt = answered;
  return times.current;
}

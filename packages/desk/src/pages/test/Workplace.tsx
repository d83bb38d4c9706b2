import {
  type Session,
  SessionStatus,
  Status,
  type TelephonyError,
  useAnswerCall,
  useAudioDevices,
  useEndCall,
  useHoldCall,
  useOutgoingCall,
  useRegistrars,
  useSendDTMF,
  useSession,
  useSessionMute,
  useTelephonyHash,
  useTelephonyLaunch,
  useTelephonyStatus,
  useTransferCall,
  useUserAgent,
} from 'headset-hooks';
import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account } from '../../shared/auth/api';
import { useLogOut } from '../../shared/auth/queries';
import { CallProblems } from '../../shared/call/CallProblems';
import { useHeard } from '../../shared/call/useHeard';
import { PageFrame } from '../../shared/ui/PageFrame';
import { SoundMenu } from '../../shared/ui/SoundMenu';
import { AccountMenu } from './account/AccountMenu';
import { BarrierCard } from './account/BarrierCard';
import { LoginAgain } from './account/LoginAgain';
import { Announcer } from './attention/Announcer';
import { NotifyOffer } from './attention/NotifyOffer';
import { useAttention } from './attention/useAttention';
import { CallCard } from './call/CallCard';
import { callView, type EndedCall } from './model/callView';
import { barrier, linkOf, statusProblems } from './model/problems';
import { StatusBar } from './status/StatusBar';
import { StatusProblems } from './status/StatusProblems';

interface Props {
  account: Account;
  /** The last call of this page, and the same while it is to be shown as just ended. */
  last: EndedCall | undefined;
  ended: EndedCall | undefined;
  callError: TelephonyError | undefined;
  /** Told of every change of the call. */
  onSession: (session: Session) => void;
  onDone: () => void;
}

/** The hooks on one side, the page on the other. */
export function Workplace({ account, last, ended, callError, onSession, onDone }: Props) {
  const { t } = useTranslation();
  const hash = useTelephonyHash();
  const launch = useTelephonyLaunch();
  const [status, setStatus] = useTelephonyStatus();
  const userAgent = useUserAgent();
  const registrars = useRegistrars();
  const session = useSession();
  const devices = useAudioDevices();
  const answer = useAnswerCall();
  const end = useEndCall();
  const call = useOutgoingCall();
  const hold = useHoldCall();
  const [, mute] = useSessionMute();
  const sendDigits = useSendDTMF();
  const { transfer, consult, join, goBack } = useTransferCall();
  const [loggingIn, setLoggingIn] = useState(false);
  const [changing, change] = useChange(setStatus);
  const logOut = useLogOut(() => setStatus({ status: Status.DISCONNECTED }));

  useEffect(() => onSession(session), [onSession, session]);

  const inCall = session.status !== SessionStatus.WAITING;
  const view = callView(session, ended, useHeard(session));
  const now = status.data?.status;
  useAttention(view, now && t(`status.${now}`));

  const retryAll = () => {
    for (const resource of [hash, launch, status]) if (resource.error) resource.retry();
  };
  const stopped = inCall ? undefined : barrier(hash.error, launch.error, status.error);
  const problems = statusProblems({
    status: status.data,
    statusError: status.error,
    hashError: hash.error,
    launchError: launch.error,
    userAgent,
    inCall,
  });

  // Under the card during a call: its buttons must not move under the hand.
  const troubles = (
    <StatusProblems problems={problems} status={now} onLogIn={() => setLoggingIn(true)} onRetry={retryAll} />
  );
  const head = (
    <>
      <SoundMenu devices={devices} />
      <AccountMenu
        name={account.display_name || account.login}
        inCall={inCall}
        leaving={logOut.isPending}
        onLogOut={() => logOut.mutate()}
      />
    </>
  );

  if (stopped) {
    const error = hash.error ?? launch.error ?? status.error;
    return (
      <PageFrame actions={head}>
        <BarrierCard
          barrier={stopped}
          login={account.login}
          technical={error && `${error.code}: ${error.message}`}
          retrying={hash.loading || launch.loading}
          onRetry={retryAll}
          onOtherAccount={() => logOut.mutate()}
        />
      </PageFrame>
    );
  }

  return (
    <PageFrame actions={head} heading={t('login.title')}>
      <Announcer view={view} />
      <StatusBar
        person={{ login: account.login, displayName: launch.data?.display_name ?? account.display_name }}
        status={status.data}
        changing={changing}
        reasons={launch.data?.pause_reasons ?? []}
        registrars={registrars}
        inCall={inCall}
        onStatus={change}
      />
      {!inCall && troubles}
      <CallCard
        view={view}
        status={now}
        last={last}
        link={linkOf(userAgent.status)}
        problems={
          <CallProblems
            devices={devices}
            callError={callError}
            asking={session.answering || view.kind === 'dialling'}
            onSound={() => undefined}
          />
        }
        onAnswer={() => answer()}
        onEnd={() => end()}
        onHold={hold}
        onMute={mute}
        onDigit={sendDigits}
        onCall={(target) => call(target)}
        onTransfer={transfer}
        onConsult={(target) => consult(target)}
        onJoin={join}
        onGoBack={goBack}
        onDone={onDone}
      />
      {inCall && troubles}
      {now === Status.CONNECTED && !inCall && <NotifyOffer />}
      <LoginAgain
        opened={loggingIn}
        login={account.login}
        inCall={inCall}
        onClose={() => setLoggingIn(false)}
        onDone={() => {
          setLoggingIn(false);
          retryAll();
        }}
      />
    </PageFrame>
  );
}

/** The change of status as one act: whether it is under way, and the function that begins it. */
function useChange(setStatus: ReturnType<typeof useTelephonyStatus>[1]) {
  const [changing, setChanging] = useState(false);
  const change = useCallback(
    (status: Status, subStatus?: string) => {
      setChanging(true);
      void setStatus({ status, sub_status: subStatus }).finally(() => setChanging(false));
    },
    [setStatus],
  );
  return [changing, change] as const;
}

import { SessionDirection, Status, UserAgentStatus } from 'headset-hooks';
import type { ComponentType } from 'react';
import { ApiError } from '../src/shared/auth/api';
import { LoginForm } from '../src/shared/auth/LoginForm';
import { PageFrame } from '../src/shared/ui/PageFrame';
import { HomePage } from '../src/pages/home/HomePage';
import account from '../src/pages/test/account/account.module.css';
import { BarrierCard } from '../src/pages/test/account/BarrierCard';
import { LoginAgain } from '../src/pages/test/account/LoginAgain';
import { LoginPage } from '../src/pages/test/account/LoginPage';
import { NotifyQuestion } from '../src/pages/test/attention/NotifyOffer';
import { WorkplaceSkeleton } from '../src/pages/test/WorkplaceSkeleton';
import { CustomerCall, CustomerIdle } from './customer';
import { caller, consulting, Desk, ended, registrars, status, talking } from './operator';

const nothing = () => undefined;
const lost = { status: UserAgentStatus.DISCONNECTED, error: undefined };
const customerTalking = {
  kind: 'talking',
  with: 'Support',
  since: Date.now() - 83_000,
  muted: false,
  heldByRemote: false,
  sound: 'on',
} as const;

function LoginFailed({ error }: { error: ApiError }) {
  return (
    <PageFrame narrow>
      <div className={account.box}>
        <LoginForm onSubmit={nothing} pending={false} error={error} failedAt={Date.now()} />
      </div>
    </PageFrame>
  );
}

function Barrier({ barrier }: { barrier: 'not_an_operator' | 'insecure_context' }) {
  return (
    <PageFrame>
      <BarrierCard
        barrier={barrier}
        login="dmitry"
        technical={`${barrier}: HTTP 403`}
        retrying={false}
        onRetry={nothing}
        onOtherAccount={nothing}
      />
    </PageFrame>
  );
}

/** Every state that has been looked at as a picture. */
export const scenes: Record<string, ComponentType> = {
  home: HomePage,
  login: LoginPage,
  'login-wrong': () => <LoginFailed error={new ApiError(401, 'wrong_credentials', '')} />,
  'login-wait': () => <LoginFailed error={new ApiError(429, 'too_many_attempts', '', 95)} />,
  loading: () => (
    <PageFrame>
      <WorkplaceSkeleton />
    </PageFrame>
  ),
  starting: () => (
    <Desk
      status={undefined}
      registrars={{ registrars: [], rotation: 'none' }}
      userAgent={{ status: UserAgentStatus.CONNECTING, error: undefined }}
    />
  ),
  offline: () => <Desk status={status(Status.DISCONNECTED)} />,
  idle: () => <Desk last={ended} below={<NotifyQuestion onYes={nothing} onNo={nothing} />} />,
  paused: () => <Desk status={status(Status.PAUSED, { sub_status: 'lunch' })} />,
  ringing: () => <Desk view={{ kind: 'ringing', id: '1', caller, answering: false }} />,
  answering: () => (
    <Desk view={{ kind: 'ringing', id: '1', caller, answering: true }} asking devices={{ permission: 'prompt' }} />
  ),
  dialling: () => <Desk view={{ kind: 'dialling', id: '1', caller: { number: 'boris' }, ringing: true }} />,
  transfer: () => <Desk view={talking} transfer />,
  transferring: () => <Desk view={{ ...talking, transferring: true }} />,
  consulting: () => <Desk view={consulting} />,
  'consulting-ringing': () => <Desk view={{ ...consulting, stage: 'ringing', since: undefined }} />,
  talking: () => (
    <Desk view={talking} status={status(Status.CONNECTED, { next: { status: Status.PAUSED, sub_status: 'lunch' } })} />
  ),
  held: () => <Desk view={{ ...talking, held: true }} />,
  'held-muted': () => <Desk view={{ ...talking, held: true, muted: true }} />,
  muted: () => <Desk view={{ ...talking, muted: true }} />,
  keypad: () => <Desk view={talking} keypad />,
  ended: () => <Desk view={{ kind: 'ended', end: ended }} />,
  missed: () => <Desk view={{ kind: 'ended', end: { ...ended, outcome: 'missed', talked: undefined } }} />,
  failed: () => (
    <Desk
      view={{
        kind: 'ended',
        end: {
          ...ended,
          direction: SessionDirection.OUTGOING,
          outcome: 'failed',
          talked: undefined,
          technical: 'SIP Failure Code: 503 Service Unavailable',
        },
      }}
    />
  ),
  'mic-denied': () => <Desk devices={{ permission: 'denied', soundBlocked: true }} />,
  lost: () => (
    <Desk
      status={status(Status.DISCONNECTED, { by: 'system', sub_status: 'registration_lost' })}
      registrars={registrars(false, false)}
      userAgent={lost}
    />
  ),
  'lost-back': () => (
    <Desk
      status={status(Status.DISCONNECTED, { by: 'system', sub_status: 'registration_lost' })}
      registrars={registrars(true, false)}
    />
  ),
  expired: () => <Desk view={talking} errors={{ hash: 'unauthenticated' }} registrars={registrars(true, false)} />,
  'expired-login': () => (
    <Desk
      view={talking}
      errors={{ hash: 'unauthenticated' }}
      below={<LoginAgain opened login="anna" inCall onClose={nothing} onDone={nothing} />}
    />
  ),
  'server-down': () => (
    <Desk errors={{ hash: 'network', status: 'network' }} userAgent={lost} registrars={registrars(false, false)} />
  ),
  'not-operator': () => <Barrier barrier="not_an_operator" />,
  insecure: () => <Barrier barrier="insecure_context" />,
  sound: () => <Desk sound />,
  'long-names': () => (
    <Desk
      person={{
        login: 'konstantin.konstantinopolsky-junior',
        displayName: 'Константин Константинопольский-Заболоцкий',
      }}
      view={{
        kind: 'ringing',
        id: '1',
        answering: false,
        caller: { number: '491512345678901', name: 'Междугородняя поддержка корпоративных клиентов второй линии' },
      }}
    />
  ),
  customer: () => <CustomerIdle />,
  'customer-starting': () => <CustomerIdle ready={false} />,
  'customer-calling': () => <CustomerCall view={{ kind: 'calling', ringing: false }} />,
  'customer-waiting': () => <CustomerCall view={{ kind: 'waiting', position: 3, waiting: 5 }} />,
  'customer-incoming': () => <CustomerCall view={{ kind: 'incoming', from: 'Anna Petrova', answering: false }} />,
  'customer-talking': () => <CustomerCall view={customerTalking} digits="5#90" />,
  'customer-held': () => <CustomerCall view={{ ...customerTalking, heldByRemote: true, muted: true }} />,
  'customer-ended': () => <CustomerCall view={{ kind: 'ended', end: { words: 'ended', talked: 83_000 } }} />,
  'customer-failed': () => (
    <CustomerCall view={{ kind: 'ended', end: { words: 'endedFailed', technical: 'SIP Failure Code 503' } }} />
  ),
};

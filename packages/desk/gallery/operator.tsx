import {
  type AudioDevices,
  type Registrars,
  SessionDirection,
  Status,
  type TelephonyStatus,
  type UserAgent,
  UserAgentStatus,
} from 'headset-hooks';
import type { ReactNode } from 'react';
import { CallProblems } from '../src/shared/call/CallProblems';
import { PageFrame } from '../src/shared/ui/PageFrame';
import { SoundMenu } from '../src/shared/ui/SoundMenu';
import { AccountMenu } from '../src/pages/test/account/AccountMenu';
import { CallCard } from '../src/pages/test/call/CallCard';
import type { CallView, Consulting, EndedCall, Talking } from '../src/pages/test/model/callView';
import { linkOf, statusProblems } from '../src/pages/test/model/problems';
import { StatusBar } from '../src/pages/test/status/StatusBar';
import { StatusProblems } from '../src/pages/test/status/StatusProblems';

const nothing = () => undefined;

export const caller = { number: '79991234567', name: 'Support' };

export const devices: AudioDevices = {
  inputs: [
    { id: 'a', label: 'Jabra Evolve 20 (0b0e:0300)' },
    { id: 'b', label: 'Built-in microphone' },
  ],
  outputs: [{ id: 'c', label: 'Jabra Evolve 20 (0b0e:0300)' }],
  input: 'a',
  output: '',
  permission: 'granted',
  soundBlocked: false,
  error: undefined,
  setInput: nothing,
  setOutput: nothing,
  askPermission: nothing,
};

export const reasons = [
  { code: 'lunch', title: { ru: 'Обед', en: 'Lunch' } },
  { code: 'smoking', title: { ru: 'Перекур', en: 'Smoke break' } },
  { code: 'training', title: { ru: 'Обучение', en: 'Training' } },
];

export function registrars(...up: boolean[]): Registrars {
  return {
    registrars: up.map((live, index) => ({
      id: `r${index + 1}`,
      uri: `ws://localhost:808${index + 1}`,
      status: live ? 'registered' : 'disconnected',
      error: live ? undefined : 'WebSocket closed (1006)',
    })),
    rotation: 'none',
  };
}

export function status(word: Status, more: Partial<TelephonyStatus> = {}): TelephonyStatus {
  return {
    status: word,
    sub_status: null,
    since: new Date(Date.now() - 754_000).toISOString(),
    version: 7,
    by: 'operator',
    ...more,
  };
}

export const ended: EndedCall = {
  id: '1',
  caller,
  direction: SessionDirection.INCOMING,
  originator: 'remote',
  outcome: 'answered',
  talked: 192_000,
};

export const talking: Talking = {
  kind: 'talking',
  id: '1',
  caller,
  since: Date.now() - 83_000,
  held: false,
  heldByRemote: false,
  muted: false,
  sound: 'on',
  transferring: false,
};

export const consulting: Consulting = {
  kind: 'consulting',
  id: '1',
  caller,
  colleague: { number: 'boris', name: 'Boris Ivanov' },
  stage: 'talking',
  since: Date.now() - 21_000,
  muted: false,
  joining: false,
};

interface Desk {
  view?: CallView;
  status?: TelephonyStatus | undefined;
  registrars?: Registrars;
  userAgent?: UserAgent;
  errors?: Partial<Record<'hash' | 'launch' | 'status', string>>;
  devices?: Partial<AudioDevices>;
  person?: { login: string; displayName: string };
  last?: EndedCall;
  asking?: boolean;
  keypad?: boolean;
  transfer?: boolean;
  sound?: boolean;
  changing?: boolean;
  below?: ReactNode;
}

/** The workplace with its parts in the given states. */
export function Desk(desk: Desk) {
  const {
    view = { kind: 'idle' },
    registrars: servers = registrars(true, true),
    userAgent = { status: UserAgentStatus.REGISTERED, error: undefined },
    person = { login: 'anna', displayName: 'Anna Petrova' },
  } = desk;
  const now = 'status' in desk ? desk.status : status(Status.CONNECTED);
  const inCall = view.kind !== 'idle' && view.kind !== 'ended';
  const error = (code: string | undefined) =>
    code === undefined ? undefined : { code, message: 'HTTP 503', fatal: false, recovering: code === 'network' };
  const problems = statusProblems({
    status: now,
    statusError: error(desk.errors?.status),
    hashError: error(desk.errors?.hash),
    launchError: error(desk.errors?.launch),
    userAgent,
    inCall,
  });
  const troubles = <StatusProblems problems={problems} status={now?.status} onLogIn={nothing} onRetry={nothing} />;
  const sound = { ...devices, ...desk.devices };
  return (
    <PageFrame
      heading="Gallery"
      actions={
        <>
          <SoundMenu devices={sound} opened={desk.sound ?? false} />
          <AccountMenu name={person.displayName} inCall={inCall} leaving={false} onLogOut={nothing} />
        </>
      }
    >
      <StatusBar
        person={person}
        status={now}
        changing={desk.changing ?? false}
        reasons={reasons}
        registrars={servers}
        inCall={inCall}
        onStatus={nothing}
      />
      {!inCall && troubles}
      <CallCard
        view={view}
        status={now?.status}
        last={desk.last}
        link={linkOf(userAgent.status)}
        keypadOpened={desk.keypad ?? false}
        transferOpened={desk.transfer ?? false}
        problems={<CallProblems devices={sound} asking={desk.asking ?? false} onSound={nothing} />}
        onAnswer={nothing}
        onEnd={nothing}
        onHold={nothing}
        onMute={nothing}
        onDigit={nothing}
        onCall={nothing}
        onTransfer={nothing}
        onConsult={nothing}
        onJoin={nothing}
        onGoBack={nothing}
        onDone={nothing}
      />
      {inCall && troubles}
      {desk.below}
    </PageFrame>
  );
}

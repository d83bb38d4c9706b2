import { Button, Text } from '@mantine/core';
import {
  type Icon,
  IconMicrophoneOff,
  IconPhone,
  IconPhoneCall,
  IconPhoneIncoming,
  IconPhoneOff,
  IconPhoneOutgoing,
  IconPlayerPause,
  IconUsers,
} from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../shared/format/duration';
import { groupNumber } from '../../shared/format/number';
import { useSettled } from '../../shared/hooks/useSettled';
import { CallPanel, CallStrip, type StripPart } from '../../shared/ui/CallPanel';
import { Elapsed } from '../../shared/ui/Elapsed';
import { Keypad } from '../../shared/ui/Keypad';
import { KeypadControl } from '../../shared/ui/KeypadControl';
import { MuteControl } from '../../shared/ui/MuteControl';
import { Technical } from '../../shared/ui/Technical';
import classes from './customer.module.css';
import type { CustomerView } from './model';

export interface CustomerActions {
  onAnswer: () => void;
  onEnd: () => void;
  onMute: (on: boolean) => void;
  onDigit: (digit: string) => void;
  onAgain: () => void;
  onDone: () => void;
}

interface Props extends CustomerActions {
  view: Exclude<CustomerView, { kind: 'idle' }>;
  /** What was called. */
  dialled: string;
  /** When the call began, ms since the Unix epoch. */
  startedAt: number;
  /** Digits that the operator has sent in this call. */
  digits: string;
  problems?: ReactNode;
  /** `problems` says already why the call failed. */
  explained?: boolean;
  keypadOpened?: boolean;
}

/** A call as the customer sees it. */
export function CustomerCard(props: Props) {
  const { t } = useTranslation();
  const { view } = props;
  const strip = useStrip(view);
  const [keypad, setKeypad] = useState(props.keypadOpened ?? false);
  return (
    <CallPanel
      label={t('call.region')}
      testId={`customer-${view.kind}`}
      mood={view.kind === 'ended' ? 'calm' : strip.tone === 'attention' ? 'attention' : 'talking'}
      strip={<CallStrip tone={strip.tone} parts={strip.parts} testId="customer-state" />}
      problems={props.problems}
      footer={<Buttons {...props} keypad={keypad} onKeypad={setKeypad} />}
    >
      <Middle {...props} />
      {keypad && view.kind === 'talking' && <Keypad onDigit={props.onDigit} onClose={() => setKeypad(false)} />}
    </CallPanel>
  );
}

function useStrip(view: Props['view']) {
  const { t } = useTranslation();
  const one = (tone: 'ringing' | 'talking' | 'attention' | 'quiet', id: string, icon: Icon, words: string) => ({
    tone,
    parts: [{ id, icon, words }],
  });
  switch (view.kind) {
    case 'calling':
      return one('talking', 'calling', IconPhoneOutgoing, t(view.ringing ? 'call.ringingThere' : 'customer.ringing'));
    case 'waiting':
      return one('talking', 'waiting', IconUsers, t('customer.waiting'));
    case 'incoming':
      return one('ringing', 'ringing', IconPhoneIncoming, t('customer.incoming'));
    case 'ended':
      return one('quiet', view.end.words, IconPhoneOff, t(`customer.${view.end.words}`));
    case 'talking': {
      const parts: StripPart[] = [];
      if (view.heldByRemote) parts.push({ id: 'held-by-remote', icon: IconPlayerPause, words: t('call.onHold') });
      else if (view.sound === 'lost') parts.push({ id: 'sound-lost', icon: IconPhoneCall, words: t('call.soundLost') });
      if (view.muted) parts.push({ id: 'muted', icon: IconMicrophoneOff, words: t('call.muted') });
      if (parts.length > 0) return { tone: 'attention' as const, parts };
      const words = view.sound === 'connecting' ? t('call.connecting') : t('customer.talking');
      return one('talking', 'talking', IconPhoneCall, words);
    }
  }
}

function Middle({ view, dialled, startedAt, digits, explained = false }: Props) {
  const { t } = useTranslation();
  switch (view.kind) {
    case 'calling':
      return (
        <>
          <p className={classes.name}>{dialled}</p>
          <span className={classes.timer} />
        </>
      );
    case 'waiting':
      return (
        <>
          <p className={classes.queue}>{dialled}</p>
          <p className={classes.place}>
            <span className={classes.label}>{t('customer.place')}</span>
            <span className={classes.figure} data-testid="queue-place">
              {view.position}
            </span>
          </p>
          <Text c="dimmed" data-testid="queue-waiting" data-waiting={view.waiting}>
            {t('customer.waiting', { count: view.waiting })}
          </Text>
          <Text>
            {t('customer.waitingTime')} <Elapsed since={startedAt} label={t('customer.waitingTime')} />
          </Text>
          <Text size="sm" c="dimmed" maw={300} mt="xs">
            {t('customer.waitingHint')}
          </Text>
        </>
      );
    case 'incoming':
      return (
        <>
          <p className={classes.name}>{groupNumber(view.from)}</p>
          <span className={classes.timer}>{view.answering ? t('call.answering') : ''}</span>
        </>
      );
    case 'talking':
      return (
        <>
          <p className={classes.name}>{groupNumber(view.with)}</p>
          <Elapsed since={view.since} label={t('call.duration')} className={classes.timer} />
          <p className={classes.digits}>
            {digits && (
              <>
                <span className={classes.label}>{t('customer.digits')} </span>
                <output data-testid="digits" aria-label={t('customer.digits')}>
                  {digits}
                </output>
              </>
            )}
          </p>
        </>
      );
    case 'ended':
      return (
        <>
          <p className={classes.name}>{dialled}</p>
          <span className={classes.timer} data-testid="call-length">
            {view.end.talked !== undefined && `${t('outcome.talked')} ${formatDuration(view.end.talked)}`}
          </span>
          {view.end.words === 'endedFailed' && !explained && <Text c="dimmed">{t('customer.endedFailedHint')}</Text>}
          {view.end.technical && !explained && <Technical text={view.end.technical} />}
        </>
      );
  }
}

type ButtonsProps = Props & { keypad: boolean; onKeypad: (opened: boolean) => void };

function Buttons({ view, onAnswer, onEnd, onMute, onAgain, onDone, keypad, onKeypad }: ButtonsProps) {
  const { t } = useTranslation();
  const settled = useSettled();
  if (view.kind === 'ended') {
    return (
      <div className={classes.buttons}>
        <Button flex="1 1 auto" h={52} px="sm" variant="default" onClick={onDone}>
          {t('outcome.done')}
        </Button>
        <Button
          flex="1 1 auto"
          h={52}
          px="sm"
          onClick={onAgain}
          leftSection={<IconPhone size={20} stroke={1.75} aria-hidden />}
        >
          {t('customer.callAgain')}
        </Button>
      </div>
    );
  }
  if (view.kind === 'incoming') {
    return (
      <div className={classes.buttons}>
        <Button
          flex="2 1 auto"
          h={64}
          px="sm"
          radius="lg"
          color="leaf.7"
          fz="lg"
          loading={view.answering}
          leftSection={<IconPhone size={24} aria-hidden />}
          onClick={onAnswer}
          autoFocus
        >
          {t('call.answer')}
        </Button>
        <Button flex="1 1 auto" h={64} radius="lg" px="xs" variant="default" onClick={onEnd}>
          {t('call.refuse')}
        </Button>
      </div>
    );
  }
  const hangUp = (
    <Button
      aria-disabled={!settled}
      className={classes.hangUp}
      color="coral"
      leftSection={<IconPhoneOff size={22} stroke={1.75} aria-hidden />}
      onClick={() => settled && onEnd()}
    >
      {view.kind === 'talking' || view.kind === 'waiting' ? t('customer.hangUp') : t('call.cancel')}
    </Button>
  );
  if (view.kind !== 'talking') return <div className={classes.buttons}>{hangUp}</div>;
  return (
    <div className={classes.buttons}>
      <MuteControl muted={view.muted} onMute={onMute} />
      <KeypadControl opened={keypad} onToggle={onKeypad} />
      {hangUp}
    </div>
  );
}

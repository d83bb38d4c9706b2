import { Button } from '@mantine/core';
import {
  IconArrowForwardUp,
  IconHeadphonesOff,
  IconMicrophone,
  IconMicrophoneOff,
  IconPhoneCall,
  IconPhoneOff,
  IconPlayerPause,
  IconPlayerPlay,
} from '@tabler/icons-react';
import type { TFunction } from 'i18next';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useShortcuts } from '../../../shared/hooks/useShortcuts';
import { CallControl } from '../../../shared/ui/CallControl';
import { CallPanel, CallStrip } from '../../../shared/ui/CallPanel';
import { Elapsed } from '../../../shared/ui/Elapsed';
import { Keypad } from '../../../shared/ui/Keypad';
import { KeypadControl } from '../../../shared/ui/KeypadControl';
import { OpeningControl } from '../../../shared/ui/OpeningControl';
import { ShortcutTip } from '../../../shared/ui/ShortcutTip';
import type { CallView } from '../model/callView';
import { CallWho } from './CallWho';
import { TransferForm } from './TransferForm';
import classes from './call.module.css';

type Talking = Extract<CallView, { kind: 'talking' }>;

export interface TalkingActions {
  onHold: (on: boolean) => void;
  onMute: (on: boolean) => void;
  onDigit: (digit: string) => void;
  onTransfer: (target: string) => void;
  onConsult: (target: string) => void;
  onHangUp: () => void;
}

interface Props extends TalkingActions {
  call: Talking;
  problems?: ReactNode;
  /** What stands beside the call. */
  opened?: Beside | undefined;
}

type Beside = 'keypad' | 'transfer';

export function TalkingCall({ call, problems, opened, ...act }: Props) {
  const { onHold, onMute, onHangUp } = act;
  const { t } = useTranslation();
  const { held, muted, transferring } = call;
  const [beside, setBeside] = useState(opened);
  const toggle = (what: Beside) => (on: boolean) => setBeside(on ? what : undefined);
  const transfers = beside === 'transfer' && !transferring;
  useShortcuts({ KeyH: () => onHold(!held), KeyM: () => onMute(!muted), KeyX: onHangUp });
  const attention = held || muted || call.heldByRemote || call.sound === 'lost';

  return (
    <CallPanel
      label={t('call.region')}
      mood={attention ? 'attention' : 'talking'}
      testId="call-talking"
      strip={<CallStrip tone={attention ? 'attention' : 'talking'} parts={stripParts(call, t)} />}
      problems={problems}
      footer={
        <div className={classes.controls}>
          <div className={classes.small}>
            <CallControl
              icon={held ? IconPlayerPlay : IconPlayerPause}
              label={held ? t('call.resume') : t('call.hold')}
              letter="H"
              pressed={held}
              onClick={() => onHold(!held)}
            />
            <CallControl
              icon={muted ? IconMicrophoneOff : IconMicrophone}
              label={muted ? t('call.unmute') : t('call.mute')}
              letter="M"
              pressed={muted}
              onClick={() => onMute(!muted)}
            />
            <KeypadControl opened={beside === 'keypad'} onToggle={toggle('keypad')} />
            <OpeningControl
              icon={IconArrowForwardUp}
              label={t('transfer.open')}
              letter="T"
              disabled={transferring}
              opened={transfers}
              onToggle={toggle('transfer')}
            />
          </div>
          <ShortcutTip label={t('call.hangUp')} letter="X">
            <Button
              className={classes.hangUp}
              color="coral"
              fz="md"
              leftSection={<IconPhoneOff size={22} stroke={1.75} aria-hidden />}
              onClick={onHangUp}
              aria-keyshortcuts="Alt+X"
            >
              {t('call.hangUp')}
            </Button>
          </ShortcutTip>
        </div>
      }
    >
      <div className={classes.talk}>
        <div className={classes.talkWho}>
          <CallWho caller={call.caller} through="queue" />
          <Elapsed since={call.since} label={t('call.duration')} className={classes.timer} />
        </div>
        {beside === 'keypad' && <Keypad onDigit={act.onDigit} onClose={() => setBeside(undefined)} />}
        {transfers && (
          <TransferForm onTransfer={act.onTransfer} onConsult={act.onConsult} onClose={() => setBeside(undefined)} />
        )}
      </div>
    </CallPanel>
  );
}

/** What does not go as usual; where all does, that one talks. */
function stripParts({ held, muted, heldByRemote, sound, transferring }: Talking, t: TFunction) {
  const sign = { size: 20, stroke: 1.75, 'aria-hidden': true } as const;
  const parts: { id: string; icon: ReactNode; words: string; hint?: string }[] = [];
  if (transferring) {
    parts.push({
      id: 'transferring',
      icon: <IconArrowForwardUp {...sign} />,
      words: t('transfer.underWay'),
      hint: t('transfer.underWayHint'),
    });
  }
  if (held) {
    parts.push({
      id: 'held',
      icon: <IconPlayerPause {...sign} />,
      words: t('call.onHold'),
      hint: t('call.onHoldHint'),
    });
  } else if (heldByRemote) {
    parts.push({ id: 'held-by-remote', icon: <IconPlayerPause {...sign} />, words: t('call.heldByRemote') });
  } else if (sound === 'lost') {
    parts.push({ id: 'sound-lost', icon: <IconHeadphonesOff {...sign} />, words: t('call.soundLost') });
  }
  if (muted) {
    parts.push({
      id: 'muted',
      icon: <IconMicrophoneOff {...sign} />,
      words: t('call.muted'),
      hint: t('call.mutedHint'),
    });
  }
  if (parts.length === 0) {
    parts.push({
      id: 'talking',
      icon: <IconPhoneCall {...sign} />,
      words: sound === 'connecting' ? t('call.connecting') : t('call.talking'),
    });
  }
  return parts;
}

import { Button } from '@mantine/core';
import {
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
import { ShortcutTip } from '../../../shared/ui/ShortcutTip';
import type { CallView } from '../model/callView';
import { CallWho } from './CallWho';
import classes from './call.module.css';

type Talking = Extract<CallView, { kind: 'talking' }>;

export interface TalkingActions {
  onHold: (on: boolean) => void;
  onMute: (on: boolean) => void;
  onDigit: (digit: string) => void;
  onHangUp: () => void;
}

interface Props extends TalkingActions {
  call: Talking;
  problems?: ReactNode;
  keypadOpened?: boolean;
}

export function TalkingCall({ call, problems, keypadOpened = false, onHold, onMute, onDigit, onHangUp }: Props) {
  const { t } = useTranslation();
  const { held, muted } = call;
  const [keypad, setKeypad] = useState(keypadOpened);
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
            <KeypadControl opened={keypad} onToggle={setKeypad} />
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
        {keypad && <Keypad onDigit={onDigit} onClose={() => setKeypad(false)} />}
      </div>
    </CallPanel>
  );
}

/** What does not go as usual; where all does, that one talks. */
function stripParts({ held, muted, heldByRemote, sound }: Talking, t: TFunction) {
  const sign = { size: 20, stroke: 1.75, 'aria-hidden': true } as const;
  const parts: { id: string; icon: ReactNode; words: string; hint?: string }[] = [];
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

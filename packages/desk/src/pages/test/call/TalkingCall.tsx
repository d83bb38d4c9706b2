import {
  IconArrowForwardUp,
  IconHeadphonesOff,
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
import type { StripPart } from '../../../shared/ui/CallPanel';
import { Elapsed } from '../../../shared/ui/Elapsed';
import { Keypad } from '../../../shared/ui/Keypad';
import { KeypadControl } from '../../../shared/ui/KeypadControl';
import { MuteControl } from '../../../shared/ui/MuteControl';
import { OpeningControl } from '../../../shared/ui/OpeningControl';
import type { Talking } from '../model/callView';
import { CallWho } from './CallWho';
import { MainButton, OngoingCall } from './OngoingCall';
import { TransferForm } from './TransferForm';
import classes from './call.module.css';

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
  useShortcuts({ KeyH: () => onHold(!held), KeyX: onHangUp });

  return (
    <OngoingCall
      testId="call-talking"
      attention={held || muted || call.heldByRemote || call.sound === 'lost'}
      parts={stripParts(call, t)}
      problems={problems}
      controls={
        <>
          <CallControl
            icon={held ? IconPlayerPlay : IconPlayerPause}
            label={held ? t('call.resume') : t('call.hold')}
            letter="H"
            pressed={held}
            onClick={() => onHold(!held)}
          />
          <MuteControl muted={muted} onMute={onMute} />
          <KeypadControl opened={beside === 'keypad'} onToggle={toggle('keypad')} />
          <OpeningControl
            icon={IconArrowForwardUp}
            label={t('transfer.open')}
            letter="T"
            disabled={transferring}
            opened={transfers}
            onToggle={toggle('transfer')}
          />
        </>
      }
      main={
        <MainButton
          className={classes.hangUp}
          color="coral"
          icon={IconPhoneOff}
          label={t('call.hangUp')}
          letter="X"
          onClick={onHangUp}
        />
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
    </OngoingCall>
  );
}

/** What does not go as usual; where all does, that one talks. */
function stripParts({ held, muted, heldByRemote, sound, transferring }: Talking, t: TFunction) {
  const parts: StripPart[] = [];
  if (transferring) {
    parts.push({
      id: 'transferring',
      icon: IconArrowForwardUp,
      words: t('transfer.underWay'),
      hint: t('transfer.underWayHint'),
    });
  }
  if (held) {
    parts.push({
      id: 'held',
      icon: IconPlayerPause,
      words: t('call.onHold'),
      hint: t('call.onHoldHint'),
    });
  } else if (heldByRemote) {
    parts.push({ id: 'held-by-remote', icon: IconPlayerPause, words: t('call.heldByRemote') });
  } else if (sound === 'lost') {
    parts.push({ id: 'sound-lost', icon: IconHeadphonesOff, words: t('call.soundLost') });
  }
  if (muted) {
    parts.push({
      id: 'muted',
      icon: IconMicrophoneOff,
      words: t('call.muted'),
      hint: t('call.mutedHint'),
    });
  }
  if (parts.length === 0) {
    parts.push({
      id: 'talking',
      icon: IconPhoneCall,
      words: sound === 'connecting' ? t('call.connecting') : t('call.talking'),
    });
  }
  return parts;
}

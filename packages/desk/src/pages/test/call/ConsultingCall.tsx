import { Text } from '@mantine/core';
import { IconArrowBackUp, IconMicrophoneOff, IconPhoneCall, IconPhoneOutgoing, IconUsers } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useShortcuts } from '../../../shared/hooks/useShortcuts';
import { CallControl } from '../../../shared/ui/CallControl';
import type { StripPart } from '../../../shared/ui/CallPanel';
import { Elapsed } from '../../../shared/ui/Elapsed';
import { MuteControl } from '../../../shared/ui/MuteControl';
import { PhoneNumber } from '../../../shared/ui/PhoneNumber';
import type { Consulting } from '../model/callView';
import { CallWho } from './CallWho';
import { MainButton, OngoingCall } from './OngoingCall';
import classes from './call.module.css';

interface Props {
  call: Consulting;
  problems?: ReactNode;
  onMute: (on: boolean) => void;
  onJoin: () => void;
  onGoBack: () => void;
}

/** A colleague is asked while the caller waits: connect the two, or go back. */
export function ConsultingCall({ call, problems, onMute, onJoin, onGoBack }: Props) {
  const { t } = useTranslation();
  const { stage, muted, joining } = call;
  const talks = stage === 'talking';
  const join = talks && !joining ? onJoin : undefined;
  useShortcuts({ KeyT: join, KeyX: onGoBack });

  const parts: StripPart[] = [
    talks
      ? { id: 'consulting', icon: IconPhoneCall, words: t('transfer.talking') }
      : {
          id: 'consulting',
          icon: IconPhoneOutgoing,
          words: stage === 'ringing' ? t('call.ringingThere') : t('call.dialling'),
        },
    ...(muted ? [{ id: 'muted', icon: IconMicrophoneOff, words: t('call.muted') }] : []),
  ];

  return (
    <OngoingCall
      testId="call-consulting"
      attention={muted}
      parts={parts}
      problems={problems}
      controls={
        <>
          <MuteControl muted={muted} onMute={onMute} />
          <CallControl icon={IconArrowBackUp} label={t('transfer.back')} letter="X" onClick={onGoBack} />
        </>
      }
      main={
        <MainButton
          className={classes.join}
          icon={IconUsers}
          label={t('transfer.join')}
          letter="T"
          disabled={!talks}
          loading={joining}
          onClick={join}
        />
      }
    >
      <CallWho caller={call.colleague} through="nobody" />
      {call.since === undefined ? (
        <span className={classes.timer} />
      ) : (
        <Elapsed since={call.since} label={t('call.duration')} className={classes.timer} />
      )}
      <Text c="dimmed" data-testid="caller-waits">
        {t('transfer.waits')} <PhoneNumber number={call.caller.number} />
      </Text>
    </OngoingCall>
  );
}

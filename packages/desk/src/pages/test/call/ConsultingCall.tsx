import { Button, Text } from '@mantine/core';
import {
  IconArrowBackUp,
  IconMicrophone,
  IconMicrophoneOff,
  IconPhoneCall,
  IconPhoneOutgoing,
  IconUsers,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useShortcuts } from '../../../shared/hooks/useShortcuts';
import { CallControl } from '../../../shared/ui/CallControl';
import { CallPanel, CallStrip } from '../../../shared/ui/CallPanel';
import { Elapsed } from '../../../shared/ui/Elapsed';
import { PhoneNumber } from '../../../shared/ui/PhoneNumber';
import { ShortcutTip } from '../../../shared/ui/ShortcutTip';
import type { CallView } from '../model/callView';
import { CallWho } from './CallWho';
import classes from './call.module.css';

interface Props {
  call: Extract<CallView, { kind: 'consulting' }>;
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
  useShortcuts({ KeyM: () => onMute(!muted), KeyT: join, KeyX: onGoBack });

  const sign = { size: 20, stroke: 1.75, 'aria-hidden': true } as const;
  const parts = [
    talks
      ? { id: 'consulting', icon: <IconPhoneCall {...sign} />, words: t('transfer.talking') }
      : {
          id: 'consulting',
          icon: <IconPhoneOutgoing {...sign} />,
          words: stage === 'ringing' ? t('call.ringingThere') : t('call.dialling'),
        },
    ...(muted ? [{ id: 'muted', icon: <IconMicrophoneOff {...sign} />, words: t('call.muted') }] : []),
  ];

  return (
    <CallPanel
      label={t('call.region')}
      mood={muted ? 'attention' : 'talking'}
      testId="call-consulting"
      strip={<CallStrip tone={muted ? 'attention' : 'talking'} parts={parts} />}
      problems={problems}
      footer={
        <div className={classes.controls}>
          <div className={classes.small}>
            <CallControl
              icon={muted ? IconMicrophoneOff : IconMicrophone}
              label={muted ? t('call.unmute') : t('call.mute')}
              letter="M"
              pressed={muted}
              onClick={() => onMute(!muted)}
            />
            <CallControl icon={IconArrowBackUp} label={t('transfer.back')} letter="X" onClick={onGoBack} />
          </div>
          <ShortcutTip label={t('transfer.join')} letter="T">
            <Button
              className={classes.join}
              fz="md"
              leftSection={<IconUsers size={22} stroke={1.75} aria-hidden />}
              disabled={!talks}
              loading={joining}
              onClick={join}
              aria-keyshortcuts="Alt+T"
            >
              {t('transfer.join')}
            </Button>
          </ShortcutTip>
        </div>
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
    </CallPanel>
  );
}

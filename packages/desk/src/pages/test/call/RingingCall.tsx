import { Button } from '@mantine/core';
import { IconPhone, IconPhoneIncoming, IconPhoneOff } from '@tabler/icons-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useSettled } from '../../../shared/hooks/useSettled';
import { useShortcuts } from '../../../shared/hooks/useShortcuts';
import { CallPanel, CallStrip } from '../../../shared/ui/CallPanel';
import { ShortcutTip } from '../../../shared/ui/ShortcutTip';
import type { Caller } from '../model/callView';
import { CallWho } from './CallWho';
import classes from './call.module.css';

interface Props {
  caller: Caller;
  answering: boolean;
  problems?: ReactNode;
  onAnswer: () => void;
  onRefuse: () => void;
}

export function RingingCall({ caller, answering, problems, onAnswer, onRefuse }: Props) {
  const { t } = useTranslation();
  const answer = useRef<HTMLButtonElement>(null);
  const settled = useSettled();
  useShortcuts({ KeyA: answering ? undefined : onAnswer, KeyR: onRefuse });

  useEffect(() => {
    answer.current?.focus({ preventScroll: true });
  }, []);

  return (
    <CallPanel
      label={t('call.region')}
      mood="ringing"
      testId="call-ringing"
      strip={
        <CallStrip tone="ringing" parts={[{ id: 'ringing', icon: IconPhoneIncoming, words: t('call.incoming') }]} />
      }
      problems={problems}
      footer={
        <div className={classes.pair}>
          <ShortcutTip label={t('call.answer')} letter="A" onlyHover>
            <Button
              ref={answer}
              className={classes.answer}
              color="leaf.7"
              fz="lg"
              h={64}
              px="xs"
              radius="lg"
              loading={answering}
              leftSection={<IconPhone size={24} aria-hidden />}
              aria-disabled={!settled}
              onClick={() => settled && onAnswer()}
              aria-keyshortcuts="Alt+A"
            >
              {t('call.answer')}
            </Button>
          </ShortcutTip>
          <ShortcutTip label={t('call.refuse')} letter="R">
            <Button
              className={classes.refuse}
              variant="default"
              h={64}
              px="xs"
              radius="lg"
              leftSection={<IconPhoneOff size={20} stroke={1.75} aria-hidden />}
              aria-disabled={!settled}
              onClick={() => settled && onRefuse()}
              aria-keyshortcuts="Alt+R"
            >
              {t('call.refuse')}
            </Button>
          </ShortcutTip>
        </div>
      }
    >
      <CallWho caller={caller} through="queue" />
      <span className={classes.timer}>{answering ? t('call.answering') : ''}</span>
    </CallPanel>
  );
}

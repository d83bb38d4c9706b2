import { Button } from '@mantine/core';
import { IconPhoneOff, IconPhoneOutgoing } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useShortcuts } from '../../../shared/hooks/useShortcuts';
import { CallPanel, CallStrip } from '../../../shared/ui/CallPanel';
import { ShortcutTip } from '../../../shared/ui/ShortcutTip';
import type { Caller } from '../model/callView';
import { CallWho } from './CallWho';
import classes from './call.module.css';

interface Props {
  caller: Caller;
  /** It rings at their end. */
  ringing: boolean;
  problems?: ReactNode;
  onCancel: () => void;
}

export function DiallingCall({ caller, ringing, problems, onCancel }: Props) {
  const { t } = useTranslation();
  useShortcuts({ KeyX: onCancel });

  return (
    <CallPanel
      label={t('call.region')}
      mood="talking"
      testId="call-dialling"
      strip={
        <CallStrip
          tone="talking"
          parts={[
            {
              id: 'dialling',
              icon: IconPhoneOutgoing,
              words: ringing ? t('call.ringingThere') : t('call.dialling'),
            },
          ]}
        />
      }
      problems={problems}
      footer={
        <div className={classes.pair}>
          <ShortcutTip label={t('call.cancel')} letter="X">
            <Button
              color="coral"
              size="lg"
              fz="md"
              h={64}
              radius="lg"
              leftSection={<IconPhoneOff size={22} stroke={1.75} aria-hidden />}
              onClick={onCancel}
              aria-keyshortcuts="Alt+X"
            >
              {t('call.cancel')}
            </Button>
          </ShortcutTip>
        </div>
      }
    >
      <CallWho caller={caller} through="nobody" />
      <span className={classes.timer} />
    </CallPanel>
  );
}

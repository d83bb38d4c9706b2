import { Button, Text } from '@mantine/core';
import { IconPhoneCheck, IconPhoneOff, IconPhoneX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration, isoDuration } from '../../../shared/format/duration';
import { CallPanel, CallStrip } from '../../../shared/ui/CallPanel';
import { Technical } from '../../../shared/ui/Technical';
import { type EndedCall, outcomeWords } from '../model/callView';
import { CallWho } from './CallWho';
import classes from './call.module.css';

interface Props {
  end: EndedCall;
  problems?: ReactNode;
  onDone: () => void;
}

/** How the call ended and how long it was, until it is read. */
export function EndedCallCard({ end, problems, onDone }: Props) {
  const { t } = useTranslation();
  const words = outcomeWords(end);
  const icon = words === 'answered' ? IconPhoneCheck : words === 'failed' ? IconPhoneX : IconPhoneOff;
  const hint =
    words === 'missed' ? t('outcome.missedHint') : words === 'cancelled' ? t('outcome.cancelledHint') : undefined;

  return (
    <CallPanel
      label={t('call.region')}
      mood="calm"
      testId="call-ended"
      strip={
        <CallStrip
          tone="quiet"
          parts={[
            {
              id: `ended-${end.outcome}`,
              icon,
              words: t(`outcome.${words}`),
            },
          ]}
        />
      }
      problems={problems}
      footer={
        <div className={classes.pair}>
          <Button variant="default" size="md" h={48} px="xl" onClick={onDone}>
            {t('outcome.done')}
          </Button>
        </div>
      }
    >
      <CallWho caller={end.caller} through={end.direction === 'incoming' ? 'queue' : 'nobody'} />
      {end.talked !== undefined ? (
        <Text className={classes.timer} data-testid="call-length">
          <span className={classes.label}>{t('outcome.talked')} </span>
          <time dateTime={isoDuration(end.talked)}>{formatDuration(end.talked)}</time>
        </Text>
      ) : (
        <Text c="dimmed" mih={28}>
          {hint}
        </Text>
      )}
      {end.technical && <Technical text={end.technical} />}
    </CallPanel>
  );
}

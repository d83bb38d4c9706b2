import { Button, Skeleton, Text, Title } from '@mantine/core';
import { Status } from 'headset-hooks';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../../shared/format/duration';
import { CallPanel } from '../../../shared/ui/CallPanel';
import { PhoneNumber } from '../../../shared/ui/PhoneNumber';
import { type EndedCall, outcomeWords } from '../model/callView';
import { DialForm } from './DialForm';
import classes from './call.module.css';

/** Of the phone to its servers. */
export type Link = 'up' | 'joining' | 'down';

interface Props {
  status: Status | undefined;
  last?: EndedCall | undefined;
  /** Whether calls can come and go. */
  link: Link;
  problems?: ReactNode;
  onCall: (target: string) => void;
}

export function IdleCall({ status, last, link, problems, onCall }: Props) {
  const { t } = useTranslation();
  const canCall = link === 'up';
  const words = {
    [Status.CONNECTED]:
      link === 'down' ? [t('call.noLink'), t('call.noLinkHint')] : [t('call.quiet'), t('call.quietHint')],
    [Status.PAUSED]: [t('call.paused'), t('call.pausedHint')],
    [Status.DISCONNECTED]: [t('call.offline'), t('call.offlineHint')],
  } as const;

  return (
    <CallPanel
      label={t('call.region')}
      mood="calm"
      testId="call-idle"
      problems={problems}
      footer={
        <>
          <div className={classes.last}>{last && <LastCall call={last} canCall={canCall} onCall={onCall} />}</div>
          <DialForm onCall={onCall} disabled={!canCall} />
        </>
      }
    >
      {status && !(status === Status.CONNECTED && link === 'joining') ? (
        <>
          <Title order={2}>{words[status][0]}</Title>
          <Text c="dimmed">{words[status][1]}</Text>
        </>
      ) : (
        <>
          <Skeleton height={26} width={180} />
          <Skeleton height={22} width={260} />
        </>
      )}
    </CallPanel>
  );
}

function LastCall({ call, canCall, onCall }: { call: EndedCall; canCall: boolean; onCall: (target: string) => void }) {
  const { t } = useTranslation();
  return (
    <>
      <span>
        {t('call.last')}: <PhoneNumber number={call.caller.number} />,{' '}
        {call.talked === undefined ? t(`outcome.${outcomeWords(call)}`).toLowerCase() : formatDuration(call.talked)}
      </span>
      {canCall && call.caller.number && (
        <Button variant="subtle" size="compact-sm" onClick={() => onCall(call.caller.number)}>
          {t('call.callBack')}
        </Button>
      )}
    </>
  );
}

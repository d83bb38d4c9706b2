import { Button, NativeSelect, Title } from '@mantine/core';
import { IconPhone } from '@tabler/icons-react';
import type { Queue } from 'headset-hooks';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './customer.module.css';
import { NumberField } from './NumberField';

interface Props {
  number: string;
  /** undefined until the server has told them. */
  queues: readonly Queue[] | undefined;
  queue: string;
  /** The phone is connected: a call can begin. */
  ready: boolean;
  /** Call was pressed and is waiting for the connection. */
  waiting: boolean;
  draft: string | undefined;
  problems?: ReactNode;
  onDraft: (draft: string | undefined) => void;
  onNumber: (number: string) => void;
  onQueue: (name: string) => void;
  onCall: () => void;
}

/** Before a call: who calls, and where to. */
export function CustomerForm(props: Props) {
  const { queues, queue, ready, onQueue } = props;
  const { t } = useTranslation();
  const nowhere = queues?.length === 0;
  return (
    <section className={classes.card} aria-label={t('customer.page')} data-testid="customer-idle">
      <div className={classes.form}>
        <div>
          <Title order={2}>{t('customer.title')}</Title>
          <p className={classes.lead}>{t('customer.lead')}</p>
        </div>
        {props.problems}
        <NumberField number={props.number} draft={props.draft} onDraft={props.onDraft} onChange={props.onNumber} />
        <NativeSelect
          label={t('customer.queue')}
          size="md"
          value={queue}
          disabled={!queues || nowhere}
          error={nowhere && t('customer.noQueues')}
          onChange={(event) => onQueue(event.currentTarget.value)}
          data={(queues ?? []).map(({ name, display_name }) => ({ value: name, label: display_name || name }))}
        />
        <div className={classes.call}>
          <Button
            fullWidth
            h={56}
            radius="lg"
            disabled={nowhere}
            loading={props.waiting}
            leftSection={<IconPhone size={22} stroke={1.75} aria-hidden />}
            onClick={props.onCall}
          >
            {t('customer.call')}
          </Button>
          <p className={classes.state} role="status" data-testid="customer-ready" data-ready={ready}>
            {ready ? t('customer.ready') : t('customer.notReady')}
          </p>
        </div>
      </div>
    </section>
  );
}

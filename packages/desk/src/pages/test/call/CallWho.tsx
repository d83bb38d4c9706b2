import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { PhoneNumber } from '../../../shared/ui/PhoneNumber';
import type { Caller } from '../model/callView';
import classes from './call.module.css';

/** The queue and the number, the two things to be seen first. */
export function CallWho({ caller, through }: { caller: Caller; through: 'queue' | 'nobody' }) {
  const { t } = useTranslation();
  return (
    <div className={classes.who}>
      {caller.name && (
        <Text size="lg" fw={500} className={classes.queue} data-testid="call-queue">
          {through === 'queue' && <span className={classes.label}>{t('call.queue')} </span>}
          {caller.name}
        </Text>
      )}
      <PhoneNumber number={caller.number} large />
    </div>
  );
}

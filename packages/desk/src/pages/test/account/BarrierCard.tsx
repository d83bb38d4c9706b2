import { Button, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Technical } from '../../../shared/ui/Technical';
import type { Barrier } from '../model/problems';
import classes from './account.module.css';

interface Props {
  barrier: Barrier;
  login: string;
  technical?: string | undefined;
  retrying: boolean;
  onRetry: () => void;
  onOtherAccount: () => void;
}

/** Where this account, or this address, cannot work at all: why, and who can help. */
export function BarrierCard({ barrier, login, technical, retrying, onRetry, onOtherAccount }: Props) {
  const { t } = useTranslation();
  const words = {
    not_an_operator: [t('problem.notOperator'), t('problem.notOperatorHint', { login })],
    disabled: [t('problem.disabled'), t('problem.disabledHint', { login })],
    insecure_context: [t('problem.insecure'), t('problem.insecureHint')],
  } as const;
  const [title, hint] = words[barrier];
  return (
    <section className={classes.barrier} role="alert" data-testid={`barrier-${barrier}`}>
      <Title order={1}>{title}</Title>
      <Text>{hint}</Text>
      {technical && <Technical text={technical} />}
      {barrier !== 'insecure_context' && (
        <div className={classes.barrierActions}>
          <Button onClick={onRetry} loading={retrying}>
            {t('common.tryAgain')}
          </Button>
          <Button variant="default" onClick={onOtherAccount}>
            {t('problem.otherAccount')}
          </Button>
        </div>
      )}
    </section>
  );
}

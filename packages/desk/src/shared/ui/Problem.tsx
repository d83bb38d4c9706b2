import { Button } from '@mantine/core';
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './Problem.module.css';
import { Technical } from './Technical';

export type Tone = 'broken' | 'warning' | 'info';

interface Props {
  tone: Tone;
  title: string;
  /** What to do about it. */
  hint?: ReactNode;
  action?: { label: string; onClick: () => void; pending?: boolean | undefined } | undefined;
  dismiss?: { label: string; onClick: () => void } | undefined;
  /** For the engineer, one click away. */
  technical?: string | undefined;
  testId?: string;
}

/** What is wrong, in words, beside the thing it concerns, and what can be done. */
export function Problem({ tone, title, hint, action, dismiss, technical, testId }: Props) {
  const Icon = tone === 'info' ? IconInfoCircle : IconAlertTriangle;
  return (
    <div
      className={classes.problem}
      data-tone={tone}
      role={tone === 'broken' ? 'alert' : 'status'}
      data-testid={testId}
    >
      <Icon className={classes.icon} size={20} stroke={1.75} aria-hidden />
      <div className={classes.words}>
        <p className={classes.title}>{title}</p>
        {hint && <p className={classes.hint}>{hint}</p>}
        {technical && <Technical text={technical} />}
      </div>
      {(action || dismiss) && (
        <div className={classes.actions}>
          {dismiss && (
            <Button size="sm" variant="subtle" color="gray" onClick={dismiss.onClick}>
              {dismiss.label}
            </Button>
          )}
          {action && (
            <Button size="sm" variant="default" onClick={action.onClick} loading={action.pending ?? false}>
              {action.label}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

import type { Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './CallPanel.module.css';

interface Props {
  label: string;
  /** What the panel's edge says: nothing, a call that wants an answer, one that runs, one that is held or muted. */
  mood: 'calm' | 'ringing' | 'talking' | 'attention';
  /** The line at the top that names the state. */
  strip?: ReactNode;
  /** What is wrong, under the strip. */
  problems?: ReactNode;
  children: ReactNode;
  /** The buttons, always in the same place. */
  footer?: ReactNode;
  testId: string;
}

/** The card that a call happens in: it keeps its size whatever it shows. */
export function CallPanel({ label, mood, strip, problems, children, footer, testId }: Props) {
  return (
    <section className={classes.panel} aria-label={label} data-mood={mood} data-testid={testId}>
      {strip}
      {problems && <div className={classes.problems}>{problems}</div>}
      <div className={classes.body}>{children}</div>
      {footer && <div className={classes.footer}>{footer}</div>}
    </section>
  );
}

export interface StripPart {
  id: string;
  icon: Icon;
  words: string;
  hint?: string;
}

interface StripProps {
  tone: 'ringing' | 'talking' | 'attention' | 'quiet';
  parts: StripPart[];
  testId?: string;
}

/** The state in words, across the panel's whole width. */
export function CallStrip({ tone, parts, testId = 'call-state' }: StripProps) {
  return (
    <div className={classes.strip} data-tone={tone} role="status" data-testid={testId}>
      {parts.map(({ id, icon: Sign, words, hint }) => (
        <div key={id} className={classes.part} data-testid={`call-state-${id}`}>
          <Sign size={20} stroke={1.75} aria-hidden />
          <strong className={classes.words}>{words}</strong>
          {hint && <span className={classes.hint}>{hint}</span>}
        </div>
      ))}
    </div>
  );
}

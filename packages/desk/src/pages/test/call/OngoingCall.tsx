import { Button } from '@mantine/core';
import type { Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { CallPanel, CallStrip, type StripPart } from '../../../shared/ui/CallPanel';
import { ShortcutTip } from '../../../shared/ui/ShortcutTip';
import classes from './call.module.css';

interface Props {
  testId: string;
  /** Not all is as usual. */
  attention: boolean;
  parts: StripPart[];
  problems?: ReactNode;
  /** The small buttons. */
  controls: ReactNode;
  /** The big one. */
  main: ReactNode;
  children: ReactNode;
}

/** A call in which the operator talks. */
export function OngoingCall({ testId, attention, parts, problems, controls, main, children }: Props) {
  const { t } = useTranslation();
  const tone = attention ? 'attention' : 'talking';

  return (
    <CallPanel
      label={t('call.region')}
      mood={tone}
      testId={testId}
      strip={<CallStrip tone={tone} parts={parts} />}
      problems={problems}
      footer={
        <div className={classes.controls}>
          <div className={classes.small}>{controls}</div>
          {main}
        </div>
      }
    >
      {children}
    </CallPanel>
  );
}

interface MainProps {
  icon: Icon;
  label: string;
  letter: string;
  className: string | undefined;
  color?: string;
  disabled?: boolean;
  loading?: boolean;
  onClick: (() => void) | undefined;
}

export function MainButton({ icon: Sign, label, letter, ...look }: MainProps) {
  return (
    <ShortcutTip label={label} letter={letter}>
      <Button
        fz="md"
        leftSection={<Sign size={22} stroke={1.75} aria-hidden />}
        aria-keyshortcuts={`Alt+${letter}`}
        {...look}
      >
        {label}
      </Button>
    </ShortcutTip>
  );
}

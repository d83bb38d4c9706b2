import { Kbd, Tooltip } from '@mantine/core';
import type { ReactElement } from 'react';
import { shortcutLabel } from '../hooks/useShortcuts';
import classes from './ShortcutTip.module.css';

interface Props {
  label: string;
  /** The letter pressed together with Alt. */
  letter: string;
  /** The button is focused by the page itself: only pointing shows the tip then. */
  onlyHover?: boolean;
  children: ReactElement;
}

/** Tells a button's shortcut when it is pointed at or focused. */
export function ShortcutTip({ label, letter, onlyHover = false, children }: Props) {
  return (
    <Tooltip
      events={{ hover: true, focus: !onlyHover, touch: false }}
      label={
        <span className={classes.tip}>
          {label} <Kbd size="sm">{shortcutLabel(letter)}</Kbd>
        </span>
      }
    >
      {children}
    </Tooltip>
  );
}

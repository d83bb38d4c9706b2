import { UnstyledButton } from '@mantine/core';
import type { Icon } from '@tabler/icons-react';
import type { ComponentPropsWithRef } from 'react';
import classes from './CallControl.module.css';
import { ShortcutTip } from './ShortcutTip';

interface Props extends Omit<ComponentPropsWithRef<'button'>, 'type'> {
  icon: Icon;
  label: string;
  letter: string;
  /** On: the state it names holds now. */
  pressed?: boolean | undefined;
}

/** One of the small buttons of a call: a sign over a word. */
export function CallControl({ icon: Sign, label, letter, pressed, ...rest }: Props) {
  return (
    <ShortcutTip label={label} letter={letter}>
      <UnstyledButton
        {...rest}
        type="button"
        className={classes.control}
        aria-pressed={pressed}
        aria-keyshortcuts={`Alt+${letter}`}
        data-on={pressed || undefined}
      >
        <Sign size={24} stroke={1.75} aria-hidden />
        <span>{label}</span>
      </UnstyledButton>
    </ShortcutTip>
  );
}

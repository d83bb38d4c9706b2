import { VisuallyHidden } from '@mantine/core';
import type { ReactNode } from 'react';
import { Brand } from './Brand';
import { ColoursMenu } from './ColoursMenu';
import { LanguageSwitch } from './LanguageSwitch';
import classes from './PageFrame.module.css';

interface Props {
  children: ReactNode;
  /** What this page adds to the head: its own menus, before language and colours. */
  actions?: ReactNode;
  /** The page's heading where it shows none: for those who hear the page. */
  heading?: string;
  /** A narrow column, for a form. */
  narrow?: boolean;
}

/** What every page has around it. */
export function PageFrame({ children, actions, heading, narrow = false }: Props) {
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <Brand />
        <div className={classes.actions}>
          {actions}
          <LanguageSwitch />
          <ColoursMenu />
        </div>
      </header>
      <main className={classes.main} data-narrow={narrow || undefined}>
        {heading && (
          <VisuallyHidden>
            <h1>{heading}</h1>
          </VisuallyHidden>
        )}
        {children}
      </main>
    </div>
  );
}

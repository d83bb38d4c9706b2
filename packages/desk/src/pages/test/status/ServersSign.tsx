import { Popover, Skeleton, UnstyledButton } from '@mantine/core';
import type { Registrars } from 'headset-hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CopyButton } from '../../../shared/ui/Technical';
import { serversState } from '../model/servers';
import classes from './servers.module.css';

/** The servers as one quiet sign, "2 of 2"; what is behind it on demand. */
export function ServersSign({ registrars }: { registrars: Registrars }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  const { registrars: list, rotation } = registrars;
  const { up, all, state } = serversState(list);
  if (all === 0) return <Skeleton height={14} width={104} aria-hidden />;

  const report = list
    .map(({ id, uri, status, error }) => [id, uri, status, error].filter(Boolean).join('  '))
    .concat(`rotation: ${rotation}`)
    .join('\n');

  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" width={320} trapFocus returnFocus>
      <Popover.Target>
        <UnstyledButton
          className={classes.sign}
          data-state={state}
          data-testid="registrars"
          data-rotation={rotation}
          aria-haspopup="dialog"
          title={t('servers.label')}
          onClick={() => setOpened((before) => !before)}
        >
          <span className={classes.bars} aria-hidden>
            {list.map(({ id, status }) => (
              <span key={id} className={classes.bar} data-up={status === 'registered' || undefined} />
            ))}
          </span>
          {t('servers.sign', { up, all })}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown className={classes.detail}>
        <p className={classes.summary}>{t(`servers.${state}`, { up, all })}</p>
        <p className={classes.explain}>{t('servers.explain')}</p>
        <ul className={classes.list}>
          {list.map(({ id, uri, status, error }) => (
            <li key={id} className={classes.server}>
              <span className={classes.bar} data-up={status === 'registered' || undefined} aria-hidden />
              <span className={classes.serverName}>
                {id}
                <span className={classes.uri}>{uri}</span>
                {error && <span className={classes.error}>{error}</span>}
              </span>
              <span className={classes.serverState}>{t(`servers.${status}`)}</span>
            </li>
          ))}
        </ul>
        {rotation === 'pending' && <p className={classes.explain}>{t('servers.rotatingLater')}</p>}
        {rotation === 'moving' && <p className={classes.explain}>{t('servers.rotating')}</p>}
        <CopyButton text={report} />
      </Popover.Dropdown>
    </Popover>
  );
}

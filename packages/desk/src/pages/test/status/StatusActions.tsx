import { Button, Menu } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { Status, type TelephonyStatus } from 'headset-hooks';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Reason, reasonTitle } from '../model/reasons';
import classes from './status.module.css';

interface Props {
  status: TelephonyStatus | undefined;
  changing: boolean;
  reasons: readonly Reason[];
  onStatus: (status: Status, subStatus?: string) => void;
}

/** The buttons that change the status; the one that was pressed shows that it works. */
export function StatusActions({ status, changing, reasons, onStatus }: Props) {
  const { t } = useTranslation();
  const [pressed, setPressed] = useState<Status>();
  const now = status?.status;

  useEffect(() => {
    if (!changing) setPressed(undefined);
  }, [changing]);

  const choose = (next: Status, subStatus?: string) => {
    if (changing) return;
    setPressed(next);
    onStatus(next, subStatus);
  };
  const working = (which: Status) => changing && pressed === which;
  const idle = now === undefined || changing;

  return (
    <div className={classes.actions}>
      {now === Status.CONNECTED && (
        <PauseMenu
          reasons={reasons}
          disabled={idle}
          working={working(Status.PAUSED)}
          onChoose={(code) => choose(Status.PAUSED, code)}
        />
      )}
      {(now === Status.CONNECTED || now === Status.PAUSED) && (
        <Button
          variant="default"
          disabled={idle && !working(Status.DISCONNECTED)}
          loading={working(Status.DISCONNECTED)}
          onClick={() => choose(Status.DISCONNECTED)}
        >
          {t('status.leave')}
        </Button>
      )}
      {now !== Status.CONNECTED && (
        <Button
          disabled={idle && !working(Status.CONNECTED)}
          loading={working(Status.CONNECTED)}
          onClick={() => choose(Status.CONNECTED)}
        >
          {now === Status.PAUSED ? t('status.backOnline') : t('status.goOnline')}
        </Button>
      )}
    </div>
  );
}

interface PauseProps {
  reasons: readonly Reason[];
  disabled: boolean;
  working: boolean;
  onChoose: (code?: string) => void;
}

function PauseMenu({ reasons, disabled, working, onChoose }: PauseProps) {
  const { t, i18n } = useTranslation();
  if (reasons.length === 0) {
    return (
      <Button variant="default" disabled={disabled && !working} loading={working} onClick={() => onChoose()}>
        {t('status.pause')}
      </Button>
    );
  }
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <Button
          variant="default"
          disabled={disabled && !working}
          loading={working}
          rightSection={<IconChevronDown size={16} aria-hidden />}
        >
          {t('status.pause')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown aria-label={t('status.pauseReason')}>
        {reasons.map(({ code }) => (
          <Menu.Item key={code} onClick={() => onChoose(code)}>
            {reasonTitle(code, reasons, i18n.language, t)}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => onChoose()}>{t('status.pausePlain')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

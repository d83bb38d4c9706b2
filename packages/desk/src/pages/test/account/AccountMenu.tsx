import { Button, Menu } from '@mantine/core';
import { IconChevronDown, IconLogout, IconUser } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import classes from './account.module.css';

interface Props {
  name: string;
  /** Nobody logs out of a live call by mistake. */
  inCall?: boolean;
  leaving: boolean;
  onLogOut: () => void;
}

export function AccountMenu({ name, inCall = false, leaving, onLogOut }: Props) {
  const { t } = useTranslation();
  return (
    <Menu position="bottom-end" width={230}>
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          size="sm"
          h={40}
          px="xs"
          fw={500}
          className={classes.account}
          loading={leaving}
          aria-label={t('account.menu', { name })}
          leftSection={<IconUser size={20} stroke={1.75} aria-hidden />}
          rightSection={<IconChevronDown size={14} aria-hidden />}
        >
          <span className={classes.accountName}>{name}</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{name}</Menu.Label>
        <Menu.Item
          leftSection={<IconLogout size={18} stroke={1.75} aria-hidden />}
          disabled={inCall || leaving}
          onClick={onLogOut}
        >
          {inCall ? t('account.logoutInCall') : t('account.logout')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

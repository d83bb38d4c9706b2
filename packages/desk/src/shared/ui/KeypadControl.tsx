import { Popover } from '@mantine/core';
import { IconDialpad } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useShortcuts } from '../hooks/useShortcuts';
import { CallControl } from './CallControl';
import { Keypad } from './Keypad';

interface Props {
  onDigit: (digit: string) => void;
  /** Open from the start; for pictures of the page. */
  opened?: boolean;
}

/** The keypad's button; the keys come up over it, and nothing on the page moves. */
export function KeypadControl({ onDigit, opened: openedAtFirst = false }: Props) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(openedAtFirst);
  const toggle = () => setOpened((before) => !before);
  useShortcuts({ KeyK: toggle });

  return (
    <Popover opened={opened} onChange={setOpened} position="top" offset={12} trapFocus returnFocus radius="lg">
      <Popover.Target>
        <CallControl icon={IconDialpad} label={t('call.keypad')} letter="K" onClick={toggle} aria-expanded={opened} />
      </Popover.Target>
      <Popover.Dropdown p="md">
        <Keypad onDigit={onDigit} />
      </Popover.Dropdown>
    </Popover>
  );
}

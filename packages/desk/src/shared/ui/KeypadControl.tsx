import { IconDialpad } from '@tabler/icons-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useShortcuts } from '../hooks/useShortcuts';
import { CallControl } from './CallControl';

interface Props {
  opened: boolean;
  onToggle: (opened: boolean) => void;
}

/** The button that opens the keypad beside the call, and takes the focus back when it closes. */
export function KeypadControl({ opened, onToggle }: Props) {
  const { t } = useTranslation();
  const button = useRef<HTMLButtonElement>(null);
  const toggle = () => {
    if (opened) button.current?.focus({ preventScroll: true });
    onToggle(!opened);
  };
  useShortcuts({ KeyK: toggle });

  return (
    <CallControl
      ref={button}
      icon={IconDialpad}
      label={t('call.keypad')}
      letter="K"
      onClick={toggle}
      aria-expanded={opened}
      data-opened={opened || undefined}
    />
  );
}

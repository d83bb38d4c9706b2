import { IconDialpad } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { OpeningControl } from './OpeningControl';

interface Props {
  opened: boolean;
  onToggle: (opened: boolean) => void;
}

/** The button that opens the keypad beside the call. */
export function KeypadControl({ opened, onToggle }: Props) {
  const { t } = useTranslation();
  return <OpeningControl icon={IconDialpad} label={t('call.keypad')} letter="K" opened={opened} onToggle={onToggle} />;
}

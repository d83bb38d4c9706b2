import { UnstyledButton } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './Keypad.module.css';

const keys = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];

interface Props {
  onDigit: (digit: string) => void;
  /** Escape was pressed. */
  onClose: () => void;
}

/** Twelve keys, pressed or typed; what was sent stands above them. */
export function Keypad({ onDigit, onClose }: Props) {
  const { t } = useTranslation();
  const [sent, setSent] = useState('');
  const first = useRef<HTMLButtonElement>(null);
  const press = (digit: string) => {
    setSent((before) => before + digit);
    onDigit(digit);
  };

  useEffect(() => {
    first.current?.focus({ preventScroll: true });
  }, []);

  return (
    <div
      role="group"
      className={classes.keypad}
      aria-label={t('keypad.title')}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
        if (event.altKey || event.ctrlKey || event.metaKey || !keys.includes(event.key)) return;
        event.preventDefault();
        press(event.key);
      }}
    >
      <output className={classes.sent} aria-label={t('keypad.sent')} data-empty={!sent || undefined}>
        <bdi>{sent || t('keypad.nothing')}</bdi>
      </output>
      <div className={classes.keys}>
        {keys.map((key, index) => (
          <UnstyledButton
            key={key}
            ref={index === 0 ? first : undefined}
            className={classes.key}
            onClick={() => press(key)}
          >
            {key}
          </UnstyledButton>
        ))}
      </div>
    </div>
  );
}

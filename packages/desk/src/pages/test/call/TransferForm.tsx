import { Button, TextInput } from '@mantine/core';
import { IconArrowForwardUp, IconMessageQuestion } from '@tabler/icons-react';
import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { dialTarget } from '../../../shared/format/number';
import classes from './call.module.css';

interface Props {
  onTransfer: (target: string) => void;
  onConsult: (target: string) => void;
  /** Escape was pressed. */
  onClose: () => void;
}

/** Whom the call goes to, and whether they are asked first: Enter asks, which can be taken back. */
export function TransferForm({ onTransfer, onConsult, onClose }: Props) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const [wrong, setWrong] = useState(false);
  const id = useId();
  const field = useRef<HTMLInputElement>(null);

  useEffect(() => {
    field.current?.focus({ preventScroll: true });
  }, []);

  const to = (act: (target: string) => void) => (event: FormEvent) => {
    event.preventDefault();
    const target = dialTarget(typed);
    setWrong(target === undefined);
    if (target === undefined) field.current?.focus();
    else act(target);
  };

  return (
    <form
      className={classes.transfer}
      aria-label={t('transfer.title')}
      noValidate
      onSubmit={to(onConsult)}
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
    >
      <label htmlFor={id} className={classes.dialLabel}>
        {t('transfer.to')}
      </label>
      <TextInput
        ref={field}
        id={id}
        size="md"
        placeholder={t('dial.placeholder')}
        autoComplete="off"
        inputMode="tel"
        value={typed}
        error={wrong && t('dial.wrong')}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          setWrong(false);
        }}
      />
      <div className={classes.transferWays}>
        <Button
          type="submit"
          variant="default"
          leftSection={<IconMessageQuestion size={18} stroke={1.75} aria-hidden />}
        >
          {t('transfer.ask')}
        </Button>
        <Button
          variant="default"
          leftSection={<IconArrowForwardUp size={18} stroke={1.75} aria-hidden />}
          onClick={to(onTransfer)}
        >
          {t('transfer.now')}
        </Button>
      </div>
    </form>
  );
}

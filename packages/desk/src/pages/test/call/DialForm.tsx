import { Button, TextInput } from '@mantine/core';
import { IconPhoneOutgoing } from '@tabler/icons-react';
import { type FormEvent, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { dialTarget } from '../../../shared/format/number';
import classes from './call.module.css';

interface Props {
  onCall: (target: string) => void;
  disabled: boolean;
}

export function DialForm({ onCall, disabled }: Props) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const [wrong, setWrong] = useState(false);
  const id = useId();

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const target = dialTarget(typed);
    setWrong(target === undefined);
    if (target !== undefined) onCall(target);
  };

  return (
    <form onSubmit={submit} noValidate>
      <label htmlFor={id} className={classes.dialLabel}>
        {t('dial.label')}
      </label>
      <div className={classes.dial}>
        <TextInput
          id={id}
          className={classes.dialField}
          size="md"
          placeholder={t('dial.placeholder')}
          autoComplete="off"
          inputMode="tel"
          value={typed}
          disabled={disabled}
          error={wrong && t('dial.wrong')}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            setWrong(false);
          }}
        />
        <Button
          type="submit"
          variant="default"
          disabled={disabled}
          leftSection={<IconPhoneOutgoing size={18} stroke={1.75} aria-hidden />}
        >
          {t('dial.submit')}
        </Button>
      </div>
    </form>
  );
}

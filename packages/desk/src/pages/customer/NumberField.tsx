import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { groupNumber, guestNumber } from '../../shared/format/number';
import classes from './customer.module.css';

interface Props {
  number: string;
  onChange: (number: string) => void;
}

/** The customer's own number: shown, and changed on demand. */
export function NumberField({ number, onChange }: Props) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState<string>();
  const wrong = typed !== undefined && guestNumber(typed) === undefined;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const next = typed === undefined ? undefined : guestNumber(typed);
    if (next === undefined) return;
    setTyped(undefined);
    onChange(next);
  };

  return (
    <form onSubmit={submit} noValidate>
      <TextInput
        label={t('customer.number')}
        description={t('customer.numberHint')}
        inputWrapperOrder={['label', 'input', 'error', 'description']}
        inputMode="tel"
        autoComplete="tel"
        size="md"
        inputContainer={(field) => (
          <div className={classes.own}>
            <div className={classes.ownField}>{field}</div>
            <Button type="submit" variant="default" disabled={typed === undefined || wrong}>
              {t('customer.change')}
            </Button>
          </div>
        )}
        value={typed ?? groupNumber(number)}
        error={wrong && typed !== '' && t('customer.numberWrong')}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
    </form>
  );
}

import { TextInput } from '@mantine/core';
import { type KeyboardEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { groupNumber, guestNumber } from '../../shared/format/number';

interface Props {
  number: string;
  onChange: (number: string) => void;
}

/** The customer's own number; another one is taken when it is whole and the field is left, or at Enter. */
export function NumberField({ number, onChange }: Props) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState<string>();
  const [wrong, setWrong] = useState(false);

  const take = () => {
    if (typed === undefined) return;
    const next = guestNumber(typed);
    setWrong(next === undefined);
    if (next === undefined) return;
    setTyped(undefined);
    if (next !== number) onChange(next);
  };

  return (
    <TextInput
      label={t('customer.number')}
      description={t('customer.numberHint')}
      inputWrapperOrder={['label', 'input', 'error', 'description']}
      inputMode="tel"
      autoComplete="tel"
      size="md"
      value={typed ?? groupNumber(number)}
      error={wrong && t('customer.numberWrong')}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        setWrong(false);
      }}
      onBlur={take}
      onKeyDown={(event: KeyboardEvent) => {
        if (event.key === 'Enter') take();
      }}
    />
  );
}

import { TextInput } from '@mantine/core';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { groupNumber, guestNumber } from '../../shared/format/number';

/** A number that is whole is taken after so long without a key, in ms. */
const PAUSE = 1000;

interface Props {
  number: string;
  /** What is being typed; undefined while nothing is. */
  draft: string | undefined;
  onDraft: (draft: string | undefined) => void;
  onChange: (number: string) => void;
}

/** The customer's own number; another one is taken when the field is left, at Enter, or after a pause. */
export function NumberField({ number, draft, onDraft, onChange }: Props) {
  const { t } = useTranslation();
  const next = draft === undefined ? undefined : guestNumber(draft);
  const wrong = draft !== undefined && next === undefined;

  useEffect(() => {
    if (next === undefined || next === number) return;
    const timer = setTimeout(() => onChange(next), PAUSE);
    return () => clearTimeout(timer);
  }, [next, number, onChange]);

  const take = () => {
    if (next === undefined) return;
    onDraft(undefined);
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
      value={draft ?? groupNumber(number)}
      error={wrong && draft.replaceAll(/\D/g, '').length !== 0 && t('customer.numberWrong')}
      onChange={(event) => onDraft(event.currentTarget.value)}
      onBlur={take}
      onKeyDown={(event) => {
        if (event.key === 'Enter') take();
      }}
    />
  );
}

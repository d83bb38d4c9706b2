import { useTranslation } from 'react-i18next';
import { groupNumber } from '../format/number';
import classes from './PhoneNumber.module.css';

interface Props {
  number: string;
  /** Large: read at a glance, from an arm's length. */
  large?: boolean;
}

export function PhoneNumber({ number, large = false }: Props) {
  const { t } = useTranslation();
  const withheld = number === '' || number === 'anonymous';
  const shown = withheld ? t('call.unknownNumber') : groupNumber(number);
  return (
    <span
      className={classes.number}
      data-large={large || undefined}
      data-long={shown.length > 17 || undefined}
      data-number={number}
      data-testid={large ? 'number' : undefined}
    >
      {shown}
    </span>
  );
}

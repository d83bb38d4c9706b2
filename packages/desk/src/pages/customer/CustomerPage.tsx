import type { TelephonyError } from 'headset-hooks';
import { PhoneProvider } from 'headset-hooks/phone';
import { useSearch } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { guestNumber } from '../../shared/format/number';
import { usePageTitle } from '../../shared/hooks/usePageTitle';
import { PageFrame } from '../../shared/ui/PageFrame';
import { CustomerPhone } from './CustomerPhone';
import classes from './customer.module.css';
import { madeUpNumber } from './model';

const stored = 'headset.customer.number';

/** The customer's page: a phone with a number of its own. */
export default function CustomerPage() {
  const { t } = useTranslation();
  const asked = useSearch({ from: '/customer' }).number;
  const [number, setNumber] = useState(() => startingNumber(asked));
  const [callError, setCallError] = useState<TelephonyError>();
  const forget = useCallback(() => setCallError(undefined), []);
  usePageTitle(t('customer.page'));

  const choose = useCallback((next: string) => {
    sessionStorage.setItem(stored, next);
    setNumber(next);
  }, []);

  return (
    <PageFrame heading={t('customer.page')}>
      <div className={classes.column}>
        <PhoneProvider host="" onError={setCallError}>
          <CustomerPhone number={number} onNumber={choose} callError={callError} onCall={forget} />
        </PhoneProvider>
      </div>
    </PageFrame>
  );
}

/** The number in the address, else the tab's last one, else one made up. */
function startingNumber(asked: string | undefined): string {
  const known = (asked && guestNumber(asked)) || sessionStorage.getItem(stored);
  const number = known ?? madeUpNumber();
  sessionStorage.setItem(stored, number);
  return number;
}

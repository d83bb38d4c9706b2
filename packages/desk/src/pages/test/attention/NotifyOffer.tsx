import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem } from '../../../shared/ui/Problem';

const declined = 'headset.notifications.declined';

function undecided(): boolean {
  try {
    return (
      typeof Notification !== 'undefined' &&
      Notification.permission === 'default' &&
      localStorage.getItem(declined) === null
    );
  } catch {
    return false;
  }
}

/** Offers desktop notifications once, until it is taken or declined. */
export function NotifyOffer() {
  const [open, setOpen] = useState(undecided);
  if (!open) return null;
  return (
    <NotifyQuestion
      onYes={() => {
        setOpen(false);
        void Notification.requestPermission();
      }}
      onNo={() => {
        setOpen(false);
        localStorage.setItem(declined, '1');
      }}
    />
  );
}

export function NotifyQuestion({ onYes, onNo }: { onYes: () => void; onNo: () => void }) {
  const { t } = useTranslation();
  return (
    <Problem
      tone="info"
      testId="notify-offer"
      title={t('notify.offer')}
      action={{ label: t('notify.yes'), onClick: onYes }}
      dismiss={{ label: t('notify.no'), onClick: onNo }}
    />
  );
}

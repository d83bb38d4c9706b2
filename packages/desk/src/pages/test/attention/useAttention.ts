import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { groupNumber } from '../../../shared/format/number';
import { usePageIcon } from '../../../shared/hooks/usePageIcon';
import { usePageTitle } from '../../../shared/hooks/usePageTitle';
import type { CallView } from '../model/callView';

/** Title, icon and desktop notification: seen where the page itself is not. */
export function useAttention(view: CallView, statusWord: string | undefined): void {
  const { t } = useTranslation();
  const caller = 'caller' in view ? view.caller : undefined;
  const number = caller ? groupNumber(caller.number) || t('call.unknownNumber') : '';
  const queue = caller?.name ?? '';

  const inCall = view.kind === 'talking' || view.kind === 'consulting' || view.kind === 'dialling';
  usePageTitle(
    view.kind === 'ringing' ? `☎ ${[queue, number].filter(Boolean).join(' · ')}` : inCall ? number : statusWord,
  );
  usePageIcon(view.kind === 'ringing' ? 'icon-ringing' : inCall ? 'icon-talking' : 'icon');

  const ringing = view.kind === 'ringing' && !view.answering ? view.id : undefined;
  useEffect(() => {
    if (ringing === undefined || document.visibilityState === 'visible') return;
    if (typeof Notification === 'undefined' || Notification.permission !== 'granted') return;
    const body = queue ? t('notify.body', { queue, number }) : number;
    let shown: Notification;
    try {
      shown = new Notification(t('call.incoming'), { body, tag: ringing, icon: '/icon-ringing.svg', silent: true });
    } catch {
      // Some phones allow notifications from service workers only.
      return;
    }
    shown.onclick = () => {
      window.focus();
      shown.close();
    };
    return () => shown.close();
  }, [ringing, queue, number, t]);
}

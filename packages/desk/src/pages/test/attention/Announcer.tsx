import { VisuallyHidden } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { groupNumber } from '../../../shared/format/number';
import type { CallView } from '../model/callView';

/** Tells a screen reader of a ringing call at once, and of its answer and end when it next pauses. */
export function Announcer({ view }: { view: CallView }) {
  const { t } = useTranslation();
  const urgent =
    view.kind === 'ringing'
      ? t('call.announceIncoming', {
          queue: view.caller.name ?? '',
          number: groupNumber(view.caller.number) || t('call.unknownNumber'),
        })
      : '';
  const calm =
    view.kind === 'talking'
      ? t('call.announceTalking')
      : view.kind === 'consulting' && view.stage === 'talking'
        ? t('transfer.announceAnswered', { name: view.colleague.name ?? view.colleague.number })
        : view.kind === 'ended'
          ? t('call.announceEnded')
          : '';
  return (
    <VisuallyHidden>
      <div role="alert" aria-live="assertive" data-testid="announce-urgent">
        {urgent}
      </div>
      <div aria-live="polite" data-testid="announce">
        {calm}
      </div>
    </VisuallyHidden>
  );
}

import { type TelephonyError, UserAgentStatus } from 'headset-hooks';
import type { Phone } from 'headset-hooks/phone';
import { useTranslation } from 'react-i18next';
import { microphoneProblem } from '../../shared/media/microphone';
import { Problem } from '../../shared/ui/Problem';

interface Props {
  phone: Pick<Phone, 'error' | 'soundBlocked' | 'userAgent' | 'session'>;
  /** What went wrong in the last call. */
  callError: TelephonyError | undefined;
  onRetry: () => void;
}

/** What keeps the customer from calling, in words, beside the button. */
export function CustomerProblems({ phone, callError, onRetry }: Props) {
  const { t } = useTranslation();
  const { error, userAgent } = phone;
  const microphone = microphoneProblem(callError) ?? microphoneProblem(error);
  const shown = microphone ? (callError ?? error) : error;
  const technical = shown && `${shown.code}: ${shown.message}`;
  const retry = { label: t('common.tryAgain'), onClick: onRetry };

  if (microphone) {
    return (
      <Problem
        tone="broken"
        testId={`problem-${microphone}`}
        title={t(`problem.${microphone}`)}
        hint={t(`problem.${microphone}Hint`)}
        technical={technical}
      />
    );
  }
  switch (error?.code) {
    case undefined:
      break;
    case 'guest_disabled':
      return (
        <Problem
          tone="warning"
          testId="problem-disabled"
          title={t('customer.disabled')}
          hint={t('customer.disabledHint')}
        />
      );
    case 'too_many_guests':
      return (
        <Problem
          tone="warning"
          testId="problem-tooMany"
          title={t('customer.tooMany')}
          hint={t('customer.endedFailedHint')}
          action={retry}
        />
      );
    case 'insecure_context':
      return (
        <Problem
          tone="broken"
          testId="problem-insecure"
          title={t('problem.insecure')}
          hint={t('problem.insecureHint')}
        />
      );
    default:
      return (
        <Problem
          tone="broken"
          testId="problem-server"
          title={error?.recovering ? t('problem.server') : t('problem.unknown')}
          hint={error?.recovering ? t('problem.serverHint') : t('problem.unknownHint')}
          technical={technical}
          action={retry}
        />
      );
  }
  if (userAgent.status === UserAgentStatus.DISCONNECTED || userAgent.status === UserAgentStatus.ERROR) {
    const inCall = phone.session.status !== 'waiting';
    return (
      <Problem
        tone="broken"
        testId="problem-noConnection"
        title={t('problem.noConnection')}
        hint={inCall ? t('problem.noConnectionCall') : t('customer.notReady')}
        technical={userAgent.error && `${userAgent.error.code}: ${userAgent.error.message}`}
      />
    );
  }
  if (phone.soundBlocked) {
    return (
      <Problem tone="warning" testId="problem-silent" title={t('problem.silent')} hint={t('problem.silentHint')} />
    );
  }
  return null;
}

import { Status } from 'headset-hooks';
import { useTranslation } from 'react-i18next';
import { Problem as Shown } from '../../../shared/ui/Problem';
import type { Problem } from '../model/problems';

interface Props {
  problems: readonly Problem[];
  status: Status | undefined;
  onLogIn: () => void;
  onRetry: () => void;
}

/** What is wrong with the operator's being on line, under the status bar. */
export function StatusProblems({ problems, status, onLogIn, onRetry }: Props) {
  const { t } = useTranslation();

  const hint = (problem: Problem): string => {
    switch (problem.id) {
      case 'expired':
        return problem.inCall ? t('problem.expiredCall') : t('problem.expiredIdle');
      case 'lost':
        return problem.mended ? t('problem.lostBack') : t('problem.lostTrying');
      case 'noConnection':
        return problem.inCall ? t('problem.noConnectionCall') : t('problem.noConnectionHint');
      case 'supervisor':
        return t('problem.supervisorHint', { status: t(`status.${status ?? Status.DISCONNECTED}`) });
      default:
        return t(`problem.${problem.id}Hint`);
    }
  };
  const action = (problem: Problem) => {
    switch (problem.action) {
      case 'logIn':
        return { label: t('problem.expiredAction'), onClick: onLogIn };
      case 'retry':
        return { label: t('common.tryAgain'), onClick: onRetry };
      default:
        return undefined;
    }
  };

  return problems.map((problem) => (
    <Shown
      key={problem.id}
      testId={`problem-${problem.id}`}
      tone={problem.tone}
      title={t(`problem.${problem.id}`)}
      hint={hint(problem)}
      action={action(problem)}
      technical={problem.technical}
    />
  ));
}

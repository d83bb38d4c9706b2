import { useTranslation } from 'react-i18next';
import { useAccount } from '../../shared/auth/queries';
import { PageFrame } from '../../shared/ui/PageFrame';
import { Problem } from '../../shared/ui/Problem';
import { LoginPage } from './account/LoginPage';
import { OperatorTelephony } from './OperatorTelephony';
import { WorkplaceSkeleton } from './WorkplaceSkeleton';

/** The operator's page: logging in, then the workplace. */
export default function TestPage() {
  const { t } = useTranslation();
  const account = useAccount();

  if (account.data) return <OperatorTelephony key={account.data.login} account={account.data} />;
  if (account.data === null) return <LoginPage />;
  return (
    <PageFrame heading={t('login.title')}>
      {account.isError ? (
        <Problem
          tone="broken"
          title={t('problem.server')}
          hint={t('problem.unknownHint')}
          technical={account.error.technical}
          action={{ label: t('common.tryAgain'), onClick: () => void account.refetch(), pending: account.isFetching }}
        />
      ) : (
        <WorkplaceSkeleton />
      )}
    </PageFrame>
  );
}

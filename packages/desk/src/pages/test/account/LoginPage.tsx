import { Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { LoginForm } from '../../../shared/auth/LoginForm';
import { useLogIn } from '../../../shared/auth/queries';
import { PageFrame } from '../../../shared/ui/PageFrame';
import { usePageTitle } from '../../../shared/hooks/usePageTitle';
import classes from './account.module.css';

export function LoginPage() {
  const { t } = useTranslation();
  const logIn = useLogIn();
  usePageTitle(t('login.page'));
  return (
    <PageFrame narrow>
      <div className={classes.box}>
        <Title order={1} className={classes.title}>
          {t('login.title')}
        </Title>
        <LoginForm
          onSubmit={(credentials) => logIn.mutate(credentials)}
          pending={logIn.isPending}
          error={logIn.error}
          failedAt={logIn.isError ? logIn.submittedAt : undefined}
        />
      </div>
    </PageFrame>
  );
}

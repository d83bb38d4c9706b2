import { Modal, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { LoginForm } from '../../../shared/auth/LoginForm';
import { useLogIn } from '../../../shared/auth/queries';

interface Props {
  opened: boolean;
  login: string;
  inCall: boolean;
  onClose: () => void;
  /** The same person is logged in again. */
  onDone: () => void;
}

/** Logging in again over the page: a live call under it goes on. */
export function LoginAgain({ opened, login, inCall, onClose, onDone }: Props) {
  const { t } = useTranslation();
  const logIn = useLogIn();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('login.againTitle')}
      size={400}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Text c="dimmed" mb="md">
        {inCall ? t('login.againCall') : t('login.againIdle')}
      </Text>
      <LoginForm
        fixedLogin={login}
        onSubmit={(credentials) => logIn.mutate(credentials, { onSuccess: onDone })}
        pending={logIn.isPending}
        error={logIn.error}
        failedAt={logIn.isError ? logIn.submittedAt : undefined}
      />
    </Modal>
  );
}

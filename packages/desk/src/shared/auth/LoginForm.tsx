import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../format/duration';
import { useNow } from '../hooks/useNow';
import { Problem } from '../ui/Problem';
import type { ApiError } from './api';

interface Props {
  onSubmit: (credentials: { login: string; password: string }) => void;
  pending: boolean;
  error: ApiError | null;
  /** When `error` came, ms since the Unix epoch: a wait counts from it. */
  failedAt?: number | undefined;
  /** The only person who may log in here: their login is filled in and fixed. */
  fixedLogin?: string | undefined;
}

export function LoginForm({ onSubmit, pending, error, failedAt, fixedLogin }: Props) {
  const { t } = useTranslation();
  const [login, setLogin] = useState(fixedLogin ?? '');
  const [password, setPassword] = useState('');
  const [tried, setTried] = useState(false);
  const passwordField = useRef<HTMLInputElement>(null);
  const waitUntil = error?.retryAfter && failedAt ? failedAt + error.retryAfter * 1000 : undefined;
  const now = useNow(waitUntil);
  const mustWait = waitUntil !== undefined && now < waitUntil;

  useEffect(() => {
    if (error?.code === 'wrong_credentials') passwordField.current?.select();
  }, [error]);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (login.trim() && password && !pending && !mustWait) onSubmit({ login: login.trim().toLowerCase(), password });
  };

  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <TextInput
          label={t('login.login')}
          name="login"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          size="md"
          value={login}
          readOnly={fixedLogin !== undefined}
          error={tried && !login.trim() && t('login.needLogin')}
          onChange={(event) => setLogin(event.currentTarget.value)}
          data-autofocus={fixedLogin === undefined || undefined}
          autoFocus={fixedLogin === undefined}
        />
        <PasswordInput
          ref={passwordField}
          label={t('login.password')}
          name="password"
          autoComplete="current-password"
          size="md"
          value={password}
          error={tried && !password && t('login.needPassword')}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': t('login.showPassword') }}
          data-autofocus={fixedLogin !== undefined || undefined}
          autoFocus={fixedLogin !== undefined}
        />
        {error && <Failure error={error} wait={mustWait ? waitUntil - now : 0} />}
        <Button type="submit" size="md" fullWidth loading={pending} disabled={mustWait}>
          {t('login.submit')}
        </Button>
      </Stack>
    </form>
  );
}

function Failure({ error, wait }: { error: ApiError; wait: number }) {
  const { t } = useTranslation();
  switch (error.code) {
    case 'wrong_credentials':
      return <Problem tone="broken" title={t('login.wrong')} hint={t('login.wrongHint')} />;
    case 'too_many_attempts':
      return (
        <Problem
          tone="warning"
          title={t('login.tooMany')}
          hint={
            wait > 0
              ? t('login.tooManyWait', { time: formatDuration(Math.ceil(wait / 1000) * 1000) })
              : t('login.tooManyOver')
          }
        />
      );
    case 'disabled':
      return <Problem tone="broken" title={t('login.disabled')} hint={t('login.disabledHint')} />;
    case 'network':
      return <Problem tone="broken" title={t('login.offline')} hint={t('login.offlineHint')} />;
    default:
      return (
        <Problem tone="broken" title={t('login.failed')} hint={t('login.failedHint')} technical={error.technical} />
      );
  }
}

import { MantineProvider } from '@mantine/core';
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { startTexts } from '../../i18n';
import { ApiError } from './api';
import { LoginForm } from './LoginForm';

function form(error: ApiError | null, failedAt?: number) {
  const onSubmit = vi.fn();
  render(
    <MantineProvider env="test">
      <LoginForm onSubmit={onSubmit} pending={false} error={error} failedAt={failedAt} />
    </MantineProvider>,
  );
  return onSubmit;
}

beforeAll(() => {
  startTexts('en');
});
afterEach(cleanup);

it('says that an account is switched off, and does not ask to try again', () => {
  form(new ApiError(403, 'disabled', 'This account is disabled.'));
  expect(screen.getByRole('alert').textContent).toContain('This account is switched off');
  expect(screen.queryByText(/Try again/)).toBeNull();
});

it('cannot be sent before the wait is over', async () => {
  const onSubmit = form(new ApiError(429, 'too_many_attempts', '', 60), Date.now());
  await userEvent.type(screen.getByLabelText('Login'), 'anna');
  await userEvent.type(screen.getByLabelText('Password'), 'secret{Enter}');
  expect(onSubmit).not.toHaveBeenCalled();
  expect(screen.getByText(/You can try again in/)).toBeTruthy();
});

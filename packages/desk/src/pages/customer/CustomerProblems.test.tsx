import { MantineProvider } from '@mantine/core';
import { cleanup, render, screen } from '@testing-library/react';
import { type Session, SessionStatus, UserAgentStatus } from 'headset-hooks';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { startTexts } from '../../i18n';
import { CustomerProblems } from './CustomerProblems';

const session: Session = {
  status: SessionStatus.WAITING,
  ringing: false,
  muted: false,
  heldByRemote: false,
  connected: false,
  answering: false,
  transferring: false,
};

function shown(code: string, recovering = true) {
  const error = { code, message: '', fatal: !recovering, recovering };
  const phone = { error, soundBlocked: false, userAgent: { status: UserAgentStatus.CONNECTING }, session };
  render(
    <MantineProvider env="test">
      <CustomerProblems phone={phone} callError={undefined} onRetry={() => undefined} />
    </MantineProvider>,
  );
  return screen.getByTestId(/^problem-/).dataset.testid;
}

beforeAll(() => {
  startTexts('en');
});
afterEach(cleanup);

it('tells a customer whose network has called too often, and not that the server is silent', () => {
  expect(shown('too_many_guests')).toBe('problem-tooMany');
});

it('tells that the server does not answer', () => {
  expect(shown('network')).toBe('problem-server');
});

it('tells that guests may not call', () => {
  expect(shown('guest_disabled', false)).toBe('problem-disabled');
});

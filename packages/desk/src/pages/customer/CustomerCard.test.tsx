import { MantineProvider } from '@mantine/core';
import { cleanup, render } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTexts } from '../../i18n';
import { CustomerCard } from './CustomerCard';
import type { CustomerView } from './model';

const act = {
  onAnswer: vi.fn(),
  onEnd: vi.fn(),
  onMute: vi.fn(),
  onDigit: vi.fn(),
  onAgain: vi.fn(),
  onDone: vi.fn(),
};

describe('the call of a customer', () => {
  beforeAll(() => {
    startTexts('en');
  });
  afterEach(cleanup);

  it('is muted by the key that its button names', async () => {
    const view: CustomerView = {
      kind: 'talking',
      with: 'anna',
      since: Date.now(),
      muted: false,
      heldByRemote: false,
      sound: 'on',
    };
    render(
      <MantineProvider env="test">
        <CustomerCard view={view} dialled="support" startedAt={Date.now()} digits="" {...act} />
      </MantineProvider>,
    );
    await userEvent.keyboard('{Alt>}m{/Alt}');
    expect(act.onMute).toHaveBeenCalledExactlyOnceWith(true);
  });
});

import { act, cleanup, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Elapsed } from './Elapsed';

describe('a running timer', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 });
  });
  afterEach(() => {
    cleanup();
    vi.useRealTimers();
  });

  it('shows every second once', () => {
    render(<Elapsed since={1_000_000 - 400} label="Length" />);
    const shown: (string | null)[] = [];
    for (let second = 0; second < 5; second += 1) {
      shown.push(screen.getByRole('timer', { name: 'Length' }).textContent);
      act(() => vi.advanceTimersByTime(1000));
    }
    expect(shown).toEqual(['0:00', '0:01', '0:02', '0:03', '0:04']);
  });

  it('starts anew with another call', () => {
    const { rerender } = render(<Elapsed since={1_000_000 - 90_000} />);
    expect(screen.getByRole('timer').textContent).toBe('1:30');
    rerender(<Elapsed since={1_000_000} />);
    expect(screen.getByRole('timer').textContent).toBe('0:00');
  });

  it('does not run backwards when the clock of the server is ahead', () => {
    render(<Elapsed since={1_000_000 + 4_000} />);
    expect(screen.getByRole('timer').textContent).toBe('0:00');
  });
});

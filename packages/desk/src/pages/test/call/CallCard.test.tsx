import { MantineProvider } from '@mantine/core';
import { act as doNow, cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { Status } from 'headset-hooks';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTexts } from '../../../i18n';
import type { CallView } from '../model/callView';
import { CallCard } from './CallCard';

const act = {
  onAnswer: vi.fn(),
  onEnd: vi.fn(),
  onHold: vi.fn(),
  onMute: vi.fn(),
  onDigit: vi.fn(),
  onCall: vi.fn(),
  onTransfer: vi.fn(),
  onConsult: vi.fn(),
  onJoin: vi.fn(),
  onGoBack: vi.fn(),
  onDone: vi.fn(),
};
const caller = { number: '79991234567', name: 'Support' };
const talking: CallView = {
  kind: 'talking',
  id: '1',
  caller,
  since: Date.now(),
  held: false,
  heldByRemote: false,
  muted: false,
  sound: 'on',
  transferring: false,
};

function card(view: CallView) {
  return (
    <MantineProvider env="test">
      <CallCard view={view} status={Status.CONNECTED} link="up" {...act} />
    </MantineProvider>
  );
}

describe('the call card', () => {
  beforeAll(() => {
    startTexts('en');
  });
  beforeEach(() => vi.clearAllMocks());
  afterEach(cleanup);
  afterEach(() => void vi.useRealTimers());

  it('rings: queue, grouped number, and the focus on Answer', async () => {
    render(card({ kind: 'ringing', id: '1', caller, answering: false }));
    expect(screen.getByTestId('call-queue').textContent).toBe('Queue Support');
    expect(screen.getByTestId('number').textContent).toBe('+7 999 123-45-67');
    const answer = screen.getByRole('button', { name: 'Answer' });
    expect(document.activeElement).toBe(answer);
    await waitFor(() => expect(answer.getAttribute('aria-disabled')).toBe('false'));
    await userEvent.keyboard('{Enter}');
    expect(act.onAnswer).toHaveBeenCalledTimes(1);
  });

  it('takes the second click of a double click, made for what was there before, for nothing', () => {
    vi.useFakeTimers();
    render(card({ kind: 'ringing', id: '1', caller, answering: false }));
    const clickBoth = () =>
      ['Refuse', 'Answer'].forEach((name) => fireEvent.click(screen.getByRole('button', { name })));
    clickBoth();
    expect(act.onEnd).not.toHaveBeenCalled();
    expect(act.onAnswer).not.toHaveBeenCalled();
    doNow(() => void vi.advanceTimersByTime(400));
    clickBoth();
    expect(act.onEnd).toHaveBeenCalledTimes(1);
    expect(act.onAnswer).toHaveBeenCalledTimes(1);
  });

  it('cannot be answered twice', async () => {
    render(card({ kind: 'ringing', id: '1', caller, answering: true }));
    await userEvent.keyboard('{Alt>}a{/Alt}');
    expect(act.onAnswer).not.toHaveBeenCalled();
    expect(screen.getByRole('button', { name: 'Answer' }).hasAttribute('disabled')).toBe(true);
  });

  it('answers and refuses by keys, in any keyboard layout', async () => {
    render(card({ kind: 'ringing', id: '1', caller, answering: false }));
    window.dispatchEvent(new KeyboardEvent('keydown', { code: 'KeyA', key: 'ф', altKey: true }));
    expect(act.onAnswer).toHaveBeenCalledTimes(1);
    window.dispatchEvent(new KeyboardEvent('keydown', { code: 'KeyR', key: 'к', altKey: true }));
    expect(act.onEnd).toHaveBeenCalledTimes(1);
  });

  it('takes no letter without Alt for a command', async () => {
    render(card(talking));
    await userEvent.keyboard('hmx');
    expect(act.onHold).not.toHaveBeenCalled();
    expect(act.onEnd).not.toHaveBeenCalled();
  });

  it('holds and resumes, and says which it is', async () => {
    const { rerender } = render(card(talking));
    await userEvent.click(screen.getByRole('button', { name: 'Hold' }));
    expect(act.onHold).toHaveBeenCalledWith(true);
    rerender(card({ ...talking, held: true }));
    expect(screen.getByTestId('call-state-held').textContent).toContain('On hold');
    await userEvent.click(screen.getByRole('button', { name: 'Resume', pressed: true }));
    expect(act.onHold).toHaveBeenLastCalledWith(false);
  });

  it('says held and muted at once', () => {
    render(card({ ...talking, held: true, muted: true }));
    expect(screen.getByTestId('call-state-held')).toBeTruthy();
    expect(screen.getByTestId('call-state-muted')).toBeTruthy();
    expect(screen.queryByTestId('call-state-talking')).toBeNull();
  });

  it('sends digits, pressed and typed', async () => {
    render(card(talking));
    await userEvent.click(screen.getByRole('button', { name: 'Keypad' }));
    await userEvent.click(screen.getByRole('button', { name: '5' }));
    await userEvent.keyboard('#9');
    expect(act.onDigit.mock.calls.map(([digit]) => digit)).toEqual(['5', '#', '9']);
    expect(screen.getByRole('status', { name: 'Digits sent' }).textContent).toBe('5#9');
    await userEvent.keyboard('{Escape}');
    expect(screen.queryByRole('button', { name: '5' })).toBeNull();
  });

  it('hands the call on, unseen or after asking', async () => {
    render(card(talking));
    await userEvent.click(screen.getByRole('button', { name: 'Transfer' }));
    const field = screen.getByRole('textbox', { name: 'Who takes the call' });
    expect(document.activeElement).toBe(field);
    await userEvent.type(field, '???');
    await userEvent.click(screen.getByRole('button', { name: 'Transfer now' }));
    expect(act.onTransfer).not.toHaveBeenCalled();
    expect(screen.getByText('Enter a number or a login')).toBeTruthy();
    await userEvent.clear(field);
    await userEvent.type(field, 'Boris');
    await userEvent.click(screen.getByRole('button', { name: 'Transfer now' }));
    expect(act.onTransfer).toHaveBeenCalledWith('boris');
    await userEvent.type(field, '{Enter}');
    expect(act.onConsult).toHaveBeenCalledWith('boris');
    await userEvent.keyboard('{Escape}');
    expect(screen.queryByRole('textbox', { name: 'Who takes the call' })).toBeNull();
  });

  it('says that it is being handed on, and takes no second one', () => {
    render(card({ ...talking, transferring: true }));
    expect(screen.getByTestId('call-state-transferring').textContent).toContain('Transferring…');
    expect(screen.getByRole('button', { name: 'Transfer' }).hasAttribute('disabled')).toBe(true);
  });

  it('connects the caller with a colleague once they have answered, or goes back', async () => {
    const consulting = {
      kind: 'consulting',
      id: '1',
      caller,
      colleague: { number: 'boris' },
      stage: 'ringing',
      since: undefined,
      muted: false,
      joining: false,
    } as const;
    const { rerender } = render(card(consulting));
    expect(screen.getByTestId('caller-waits').textContent).toContain('+7 999 123-45-67');
    await userEvent.keyboard('{Alt>}t{/Alt}');
    expect(act.onJoin).not.toHaveBeenCalled();
    rerender(card({ ...consulting, stage: 'talking', since: Date.now() }));
    await userEvent.click(screen.getByRole('button', { name: 'Connect them' }));
    expect(act.onJoin).toHaveBeenCalledTimes(1);
    await userEvent.click(screen.getByRole('button', { name: 'Back' }));
    expect(act.onGoBack).toHaveBeenCalledTimes(1);
  });

  it('dials a number however it is typed, and nothing that is none', async () => {
    render(card({ kind: 'idle' }));
    const field = screen.getByRole('textbox', { name: 'Call a number' });
    await userEvent.type(field, '???{Enter}');
    expect(act.onCall).not.toHaveBeenCalled();
    expect(screen.getByText('Enter a number or a login')).toBeTruthy();
    await userEvent.clear(field);
    await userEvent.type(field, '+7 (999) 123-45-67{Enter}');
    expect(act.onCall).toHaveBeenCalledWith('79991234567');
  });
});

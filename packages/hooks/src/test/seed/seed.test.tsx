import { act, fireEvent, render, screen } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ANSWER, END, SET_STATUS, START } from '../../engine/contract.js';
import { SessionStatus, Status, UserAgentStatus } from '../../types.js';
import TestWrapper from './index';
import { installAudio } from '../support/audio.js';
import { call, hash, launch, script, type Script, settled } from '../support/scripted.js';

const { loadWorkplace } = vi.hoisted(() => ({ loadWorkplace: vi.fn() }));
vi.mock('../../engine/workplace.js', () => ({ loadWorkplace }));

let scripted: Script;
beforeEach(() => {
  scripted = script();
  loadWorkplace.mockImplementation(scripted.load);
  installAudio();
});

describe('the example that the package comes from', () => {
  it('shows a shift: loading, off line, on line, a call that rings, is answered and ended', async () => {
    render(<TestWrapper />);
    expect(screen.getByText('Загружаем данные')).toBeTruthy();
    await act(settled);
    expect(scripted.engine.told(START)).toHaveLength(1);

    act(() => {
      scripted.engine.show('hash', { loading: false, data: hash });
      scripted.engine.show('launch', { loading: false, data: launch });
      scripted.engine.show('status', { loading: false, data: launch.status });
      scripted.engine.show('userAgent', { status: UserAgentStatus.REGISTERED });
    });
    expect(screen.getByText('Ваш логин: anna')).toBeTruthy();
    expect(screen.getByText('Ваш текущий статус на регистарах: registered')).toBeTruthy();
    fireEvent.click(screen.getByText('Выйти на линию'));
    expect(scripted.engine.told(SET_STATUS)[0]?.slice(1)).toEqual(['connected', '']);
    act(() => scripted.engine.show('status', { loading: false, data: { ...launch.status, status: Status.CONNECTED } }));
    expect(screen.getByText('Выйти на линию').hasAttribute('disabled')).toBe(true);

    act(() => scripted.engine.show('session', call()));
    expect(screen.getByText('Очередь: Support')).toBeTruthy();
    expect(screen.getByText('Номер: 79991234567')).toBeTruthy();
    fireEvent.click(screen.getByText('Ответить'));
    // Its own STUN server: other options than the default's number 0.
    expect(scripted.engine.told(ANSWER)).toEqual([[1, '']]);

    act(() => scripted.engine.show('session', call({ status: SessionStatus.ACTIVE })));
    expect(screen.getByText('Вы сейчас разговариваете')).toBeTruthy();
    fireEvent.click(screen.getByText('Закончить вызов'));
    expect(scripted.engine.told(END)).toHaveLength(1);
    act(() => scripted.engine.show('session', { status: SessionStatus.WAITING }));
    expect(screen.queryByText('Вы сейчас разговариваете')).toBeNull();
  });

  it('says that the data cannot be had', async () => {
    render(<TestWrapper />);
    await act(settled);
    const error = { code: 'unauthenticated', message: '', fatal: true, recovering: false };
    act(() => scripted.engine.show('hash', { loading: false, error }));
    expect(screen.getByText('Ошибка получения данных для подключения к серверам телефонии')).toBeTruthy();
  });
});

import { act, render, screen } from '@testing-library/react';
import { StrictMode, useEffect } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Phone, PhoneProvider, usePhone } from '../phone.js';
import { SessionDirection, SessionStatus, UserAgentStatus } from '../types.js';
import { installAudio } from './support/audio.js';
import { CALL, END, REGISTER, SET_CREDENTIALS, STOP } from '../engine/contract.js';
import { call, script, type Script, settled } from './support/scripted.js';

const { loadPhone } = vi.hoisted(() => ({ loadPhone: vi.fn() }));
vi.mock('../engine/phone.js', () => ({ loadPhone }));

const hash = {
  login: 'guest-79991234567',
  username: '1:guest-79991234567',
  hash: 'secret',
  expires_in: 600,
  sip: { uri: 'sip:guest-79991234567@demo.example', domain: 'demo.example' },
  registrars: [{ id: 'r1', uri: 'ws://localhost:8081', weight: 1, reg_id: 1 }],
  ice_servers: [],
  queues: [{ name: 'support', display_name: 'Support' }],
};

let scripted: Script;
let phone: Phone;
let backend: ReturnType<typeof vi.fn<(url: string, init: RequestInit) => Promise<Response>>>;

const Page = () => {
  phone = usePhone();
  return <p>{phone.error?.code ?? phone.status}</p>;
};

const answer =
  (body: object, status = 200) =>
  () =>
    Promise.resolve(new Response(JSON.stringify(body), { status }));

beforeEach(() => {
  scripted = script();
  loadPhone.mockImplementation(scripted.load);
  backend = vi.fn(answer(hash));
  vi.stubGlobal('fetch', backend);
  installAudio();
});

afterEach(() => vi.unstubAllGlobals());

describe('a customer’s phone', () => {
  it('registers with its number, calls a queue, waits there, talks and hears digits', async () => {
    const onDTMF = vi.fn();
    render(
      <PhoneProvider host="" onDTMF={onDTMF}>
        {<Page />}
      </PhoneProvider>,
    );
    expect(screen.getByText('idle')).toBeTruthy();
    act(() => phone.connect('+79991234567'));
    expect(screen.getByText('connecting')).toBeTruthy();
    await act(settled);
    expect(backend.mock.calls[0]?.[1].body).toBe('{"number":"+79991234567"}');
    const [[, login, domain, , instance, username, password, registrars] = []] = scripted.engine.told(REGISTER);
    expect([login, domain, username, password, registrars]).toEqual([
      hash.login,
      'demo.example',
      hash.username,
      'secret',
      ['r1', 'ws://localhost:8081', 1, 1].join('\x1e'),
    ]);
    expect(instance).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
    expect(phone).toMatchObject({ status: 'ready', queues: hash.queues });

    act(() => scripted.engine.show('userAgent', { status: UserAgentStatus.REGISTERED }));
    expect(phone.userAgent.status).toBe('registered');
    phone.call('support');
    expect(scripted.engine.told(CALL)).toEqual([[0, 'support']]);
    const queued = call({
      direction: SessionDirection.OUTGOING,
      ringing: true,
      queuePlace: { position: 2, waiting: 3 },
    });
    act(() => scripted.engine.show('session', queued));
    expect(phone.session.queuePlace).toEqual({ position: 2, waiting: 3 });

    act(() => scripted.engine.show('session', { ...queued, status: SessionStatus.ACTIVE }));
    act(() =>
      scripted.engine.say({ type: 'dtmf', tone: '4', duration: 100 }, { type: 'dtmf', tone: '2', duration: 100 }),
    );
    await settled();
    expect(phone.digits).toBe('42');
    expect(onDTMF).toHaveBeenLastCalledWith('2', 100);
    phone.hangUp();
    expect(scripted.engine.told(END)).toHaveLength(1);
  });

  it('says why it cannot be one', async () => {
    backend.mockImplementation(answer({ code: 'guest_disabled', detail: 'No guests' }, 404));
    render(<PhoneProvider host="">{<Page />}</PhoneProvider>);
    act(() => phone.connect('79991234567'));
    await act(settled);
    expect(phone).toMatchObject({
      status: 'idle',
      error: { code: 'guest_disabled', message: 'No guests', recovering: false },
    });
    expect(backend).toHaveBeenCalledTimes(1);
  });

  it('fetches another hash when a registrar refuses this one, but not in a circle', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
    render(<PhoneProvider host="">{<Page />}</PhoneProvider>);
    act(() => phone.connect('79991234567'));
    await act(() => vi.advanceTimersByTimeAsync(50));
    backend.mockImplementation(answer({ ...hash, hash: 'fresh' }));
    scripted.engine.react = (kind) => {
      if (kind === SET_CREDENTIALS) scripted.engine.outputs.push({ type: 'credentialsRefused' });
    };
    scripted.engine.say({ type: 'credentialsRefused' });
    await act(() => vi.advanceTimersByTimeAsync(10_000));
    const { length } = scripted.engine.told(SET_CREDENTIALS);
    vi.useRealTimers();
    expect(scripted.engine.told(SET_CREDENTIALS)[0]).toEqual([0, hash.username, 'fresh']);
    expect(length).toBe(3);
  });

  it('tries again by itself when the network fails', async () => {
    backend.mockRejectedValueOnce(new TypeError('Failed to fetch'));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
    render(<PhoneProvider host="">{<Page />}</PhoneProvider>);
    act(() => phone.connect('79991234567'));
    await act(() => vi.advanceTimersByTimeAsync(50));
    expect(phone.error).toMatchObject({ code: 'network', recovering: true });
    await act(() => vi.advanceTimersByTimeAsync(1100));
    vi.useRealTimers();
    expect(phone).toMatchObject({ status: 'ready', error: undefined });
  });

  it('under StrictMode runs one engine, and none after the page', async () => {
    const Connecting = () => {
      const { connect } = usePhone();
      useEffect(() => connect('79991234567'), [connect]);
      return null;
    };
    const { unmount } = render(<StrictMode>{<PhoneProvider host="">{<Connecting />}</PhoneProvider>}</StrictMode>);
    await act(settled);
    expect(scripted.engines).toHaveLength(1);
    unmount();
    await settled();
    expect(scripted.engine.told(STOP)).toHaveLength(1);
    expect(scripted.engine.lives).toBe(false);
  });
});

import { act, fireEvent, render, screen } from '@testing-library/react';
import { StrictMode, useState } from 'react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import CallcenterProvider, {
  type RTCSessionEvent,
  SessionStatus,
  Status,
  useAnswerCall,
  useCallcenterEvents,
  useSession,
  useSessionMute,
  useSessionSelector,
  useTelephonyHash,
  useTelephonyStatus,
  useTransferCall,
  useUserAgent,
} from '../index.js';
import { CONSULT, END, records, REFUSE_CALLS, RETRY, SET_STATUS, START, STOP, TRANSFER } from '../engine/contract.js';
import { call, hash, script, type Script, settled } from './support/scripted.js';
import { installAudio } from './support/audio.js';
import { installLocks } from './support/locks.js';

const { loadWorkplace } = vi.hoisted(() => ({ loadWorkplace: vi.fn() }));
vi.mock('../engine/workplace.js', () => ({ loadWorkplace }));

let scripted: Script;

beforeEach(() => {
  scripted = script();
  loadWorkplace.mockImplementation(scripted.load);
  installLocks();
  installAudio();
  localStorage.clear();
});

const toProps = ({ session }: RTCSessionEvent) => ({
  phone: session.remote_identity.uri.user,
  queue: session.remote_identity.display_name,
});

describe('hooks', () => {
  it('in StrictMode run one engine and leave no listener behind', async () => {
    const listeners = watchListeners();
    const { unmount } = render(
      <StrictMode>
        <CallcenterProvider host="">…</CallcenterProvider>
      </StrictMode>,
    );
    await act(settled);
    expect(scripted.engines).toHaveLength(1);
    expect(scripted.engine.told(START)).toHaveLength(1);
    unmount();
    await settled();
    expect(scripted.engine.told(STOP)).toHaveLength(1);
    expect(scripted.engine.lives).toBe(false);
    expect(listeners.left()).toEqual([]);
  });

  it('render again only when what they show has changed', async () => {
    const renders = { session: 0, selector: 0, mute: 0, agent: 0 };
    const Selector = () => {
      renders.selector++;
      return <i>{useSessionSelector(({ session }) => ({ phone: session.remote_identity.uri.user })).phone}</i>;
    };
    const Mute = () => {
      renders.mute++;
      return <b>{String(useSessionMute()[0])}</b>;
    };
    const Agent = () => {
      renders.agent++;
      return <u>{useUserAgent().status}</u>;
    };
    const Whole = () => {
      renders.session++;
      return <s>{useSession().status}</s>;
    };
    render(
      <CallcenterProvider host="">
        <Selector />
        <Mute />
        <Agent />
        <Whole />
      </CallcenterProvider>,
    );
    await act(settled);
    act(() => scripted.engine.show('session', call()));
    const before = { ...renders };
    act(() => scripted.engine.show('session', call({ connected: true })));
    expect(renders).toEqual({ ...before, session: before.session + 1 });
    act(() => scripted.engine.show('session', call({ connected: true, muted: true })));
    expect(renders).toEqual({ ...before, session: before.session + 2, mute: before.mute + 1 });
    act(() => scripted.engine.show('session', call({ connected: true, muted: true })));
    expect(renders.session).toBe(before.session + 2);
  });

  it('keep the last selection when the call is over, and show empty identities before any', async () => {
    const seen: unknown[] = [];
    const Card = () => {
      seen.push(useSessionSelector(toProps));
      return null;
    };
    render(<CallcenterProvider host="">{<Card />}</CallcenterProvider>);
    await act(settled);
    expect(seen.at(-1)).toEqual({ phone: '', queue: '' });
    act(() => scripted.engine.show('session', call()));
    expect(seen.at(-1)).toEqual({ phone: '79991234567', queue: 'Support' });
    act(() => scripted.engine.show('session', { status: SessionStatus.WAITING }));
    expect(seen.at(-1)).toEqual({ phone: '79991234567', queue: 'Support' });
  });

  it('survive a selector that throws', async () => {
    const log = vi.spyOn(console, 'error').mockReturnValue();
    const Card = () => {
      const { vip } = useSessionSelector(({ request }) => ({ vip: request.getHeader('X-Vip')!.length }));
      return <p>{`vip: ${vip}`}</p>;
    };
    render(<CallcenterProvider host="">{<Card />}</CallcenterProvider>);
    await act(settled);
    act(() => scripted.engine.show('session', call()));
    expect(screen.getByText('vip: undefined')).toBeTruthy();
    expect(log).toHaveBeenCalled();
  });

  it('give functions that stay the same between renders', async () => {
    const seen = new Set<unknown>();
    const Button = () => {
      const [, render] = useState(0);
      const [{ retry }, setStatus] = useTelephonyStatus();
      seen.add(setStatus).add(retry).add(useAnswerCall()).add(useSessionMute()[1]);
      return <button onClick={() => render((n) => n + 1)} />;
    };
    render(<CallcenterProvider host="">{<Button />}</CallcenterProvider>);
    await act(settled);
    act(() => scripted.engine.show('status', { loading: true }));
    fireEvent.click(screen.getByRole('button'));
    expect(seen.size).toBe(4);
  });

  it('say an error and its retry, and resolve setStatus when the engine has settled it', async () => {
    const error = {
      code: 'unauthenticated',
      message: 'Log in first.',
      fatal: true,
      recovering: false,
      loginUrl: '/login',
    };
    let change!: ReturnType<typeof useTelephonyStatus>[1];
    const Page = () => {
      const { error, data, retry } = useTelephonyHash();
      [, change] = useTelephonyStatus();
      return <button onClick={retry}>{error?.code ?? data?.login}</button>;
    };
    render(<CallcenterProvider host="">{<Page />}</CallcenterProvider>);
    await act(settled);
    act(() => scripted.engine.show('hash', { loading: false, error }));
    fireEvent.click(screen.getByText('unauthenticated'));
    expect(scripted.engine.told(RETRY)).toEqual([[records.indexOf('hash'), '']]);
    act(() => scripted.engine.show('hash', { loading: false, data: hash }));
    expect(screen.getByText('anna')).toBeTruthy();

    let done = false;
    void change({ status: Status.PAUSED, sub_status: 'lunch' }).then(() => (done = true));
    const [[request, ...rest] = []] = scripted.engine.told(SET_STATUS);
    expect(rest).toEqual(['paused', 'lunch']);
    await settled();
    expect(done).toBe(false);
    scripted.engine.say({ type: 'statusSet', request: request as number });
    await settled();
    expect(done).toBe(true);
  });

  it('call the newest callbacks, and an exception there harms nothing', async () => {
    const calls: unknown[] = [];
    const Events = () => {
      useCallcenterEvents(({ name }) => calls.push(name));
      return null;
    };
    const app = (mark: string) => (
      <CallcenterProvider
        host=""
        startSessionDisabledReason={mark === 'b' ? 'Writing' : undefined}
        onStatusChange={(previous, next) => calls.push(mark, previous, next)}
        onSessionTerminate={({ status_code, reason_phrase }) => calls.push('refused', status_code, reason_phrase)}
        onCallEnd={({ originator }) => calls.push(originator)}
      >
        <Events />
      </CallcenterProvider>
    );
    const { rerender } = render(app('a'));
    await act(settled);
    rerender(app('b'));
    expect(scripted.engine.told(REFUSE_CALLS)).toEqual([[0, 'Writing']]);
    const { id, direction, remote } = call();
    const end = {
      id,
      direction,
      remote,
      outcome: 'rejected',
      cause: 'Unavailable',
      status_code: 480,
      reason_phrase: 'Writing',
    } as const;
    scripted.engine.say(
      { type: 'statusChanged', previous: Status.CONNECTED, next: Status.PAUSED },
      { type: 'callEnded', end: { ...end, originator: 'local' } },
      { type: 'callEnded', end: { ...end, originator: 'remote' } },
      { type: 'event', event: { id: '1', name: 'call_ended', at_ms: 1, login: 'anna', fields: {} } },
    );
    await settled();
    expect(calls).toEqual(['b', 'connected', 'paused', 'refused', 480, 'Writing', 'local', 'remote', 'call_ended']);
  });

  it('outside a secure context say why nothing starts', async () => {
    vi.stubGlobal('isSecureContext', false);
    const Page = () => <p>{useTelephonyHash().error?.code}</p>;
    render(<CallcenterProvider host="">{<Page />}</CallcenterProvider>);
    await act(settled);
    vi.unstubAllGlobals();
    expect(screen.getByText('insecure_context')).toBeTruthy();
    expect(scripted.engines).toHaveLength(0);
  });

  it('say when the engine cannot be had, and try again at retry', async () => {
    loadWorkplace.mockRejectedValueOnce(new Error('offline'));
    const Page = () => {
      const { error, retry } = useTelephonyHash();
      return <button onClick={retry}>{error?.code}</button>;
    };
    render(<CallcenterProvider host="">{<Page />}</CallcenterProvider>);
    await act(settled);
    fireEvent.click(screen.getByText('engine_unavailable'));
    await act(settled);
    expect(scripted.engine.told(START)).toHaveLength(1);
  });

  it('hand the call on: unseen, or after asking somebody', async () => {
    let hook!: ReturnType<typeof useTransferCall>;
    const Page = () => {
      hook = useTransferCall();
      return <p>{`${hook.consultation?.remote.user}: ${hook.consultation?.status}, ${hook.transferring}`}</p>;
    };
    render(<CallcenterProvider host="">{<Page />}</CallcenterProvider>);
    await act(settled);
    const { engine } = scripted;
    act(() => engine.show('session', call({ status: SessionStatus.ACTIVE })));
    const first = hook;
    hook.transfer('boris');
    expect(engine.told(TRANSFER)).toEqual([[0, 'boris']]);
    hook.join();
    hook.goBack();
    expect([engine.told(TRANSFER).length, engine.told(END).length], 'nobody is consulted').toEqual([1, 0]);

    hook.consult('boris');
    expect(engine.told(CONSULT)).toEqual([[0, '2', 'boris']]);
    const boris = { displayName: '', uri: 'sip:boris@demo.example', user: 'boris', host: 'demo.example' };
    const { consultation: _, ...colleague } = call({ id: 'call-2', remote: boris, status: SessionStatus.ACTIVE });
    act(() => engine.show('session', call({ status: SessionStatus.HOLD, consultation: colleague })));
    expect(screen.getByText('boris: active, false')).toBeTruthy();
    expect(hook.transfer).toBe(first.transfer);
    hook.join();
    expect(engine.told(TRANSFER)[1]).toEqual([2, '']);
    act(() =>
      engine.show('session', call({ status: SessionStatus.HOLD, transferring: true, consultation: colleague })),
    );
    expect(screen.getByText('boris: active, true')).toBeTruthy();
    hook.goBack();
    expect(engine.told(END)).toEqual([[0, '', '', '2']]);

    act(() => engine.show('session', call({ status: SessionStatus.ACTIVE })));
    expect(screen.getByText('undefined: undefined, false')).toBeTruthy();
    hook.consult('vera');
    expect(engine.told(CONSULT)[1], 'another name').toEqual([0, '3', 'vera']);
  });

  it('outside the provider say so', () => {
    vi.spyOn(console, 'error').mockReturnValue();
    const Lost = () => <p>{useSession().status}</p>;
    expect(() => render(<Lost />)).toThrow(/needs <CallcenterProvider>/);
  });
});

/** Listeners of window and document, kept in a list until they are removed. */
function watchListeners(): { left: () => string[] } {
  const left: { event: string; listener: unknown }[] = [];
  for (const target of [window, document]) {
    const add = target.addEventListener.bind(target);
    vi.spyOn(target, 'addEventListener').mockImplementation(
      (event: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions) => {
        const entry = { event, listener };
        // React's own, which it keeps on its root for good.
        if (!new Error().stack?.includes('react-dom')) left.push(entry);
        if (typeof options === 'object')
          options.signal?.addEventListener('abort', () => left.splice(left.indexOf(entry), 1));
        add(event, listener, options);
      },
    );
    const remove = target.removeEventListener.bind(target);
    vi.spyOn(target, 'removeEventListener').mockImplementation(
      (event: string, listener: EventListenerOrEventListenerObject, options?: boolean | EventListenerOptions) => {
        const index = left.findIndex((entry) => entry.event === event && entry.listener === listener);
        if (index >= 0) left.splice(index, 1);
        remove(event, listener, options);
      },
    );
  }
  return { left: () => left.map(({ event }) => event) };
}

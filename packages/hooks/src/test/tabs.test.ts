import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Callcenter } from '../callcenter-client.js';
import type { Settings } from '../telephony.js';
import { SessionStatus, Status } from '../types.js';
import { installAudio } from './support/audio.js';
import { installLocks } from './support/locks.js';
import { ANSWER, CALL, FOCUSED, REFUSE_CALLS, SET_STATUS, START, STOP } from '../engine/contract.js';
import { call, launch, script, type Script, settled } from './support/scripted.js';

vi.mock('../engine/workplace.js', () => ({ loadWorkplace: undefined }));

/** A tab of one browser: what it is told to do goes to its own engine, if it leads. */
interface Tab {
  telephony: Callcenter;
  script: Script;
}

let open: Tab[] = [];

function tab(settings: Settings = {}): Tab {
  const own = script();
  const telephony = new Callcenter({ host: '', load: own.load });
  telephony.configure(settings);
  telephony.start();
  const made = { telephony, script: own };
  open.push(made);
  return made;
}

beforeEach(() => {
  installLocks();
  installAudio();
});

afterEach(async () => {
  for (const { telephony } of open) telephony.stop();
  open = [];
  await settled();
  Reflect.deleteProperty(navigator, 'locks');
});

describe('several tabs of one operator', () => {
  it('have one engine, and show the same', async () => {
    const first = tab();
    await settled();
    const second = tab();
    await settled();
    expect(first.script.engines).toHaveLength(1);
    expect(second.script.engines).toHaveLength(0);
    first.script.engine.show('session', call());
    const shown = () => second.telephony.store.get('session');
    await vi.waitFor(() => expect(shown()).toMatchObject({ id: 'call-1', status: SessionStatus.STARTING }));
    expect(second.telephony.sessionEvent()?.session.remote_identity.uri.user).toBe('79991234567');
  });

  it('one that opens later shows the call under way', async () => {
    const first = tab();
    await settled();
    first.script.engine.show('session', call());
    const second = tab();
    await settled();
    expect(second.telephony.store.get('session').id).toBe('call-1');
  });

  it('all can act, and their promises resolve', async () => {
    const first = tab();
    await settled();
    const second = tab();
    await settled();
    second.telephony.answer({ pcConfig: { iceTransportPolicy: 'relay' } });
    const set = second.telephony.setStatus({ status: 'paused', sub_status: 'lunch' });
    await settled();
    expect(first.script.engine.told(ANSWER)).toEqual([[1, '']]);
    const [[request] = []] = first.script.engine.told(SET_STATUS);
    first.script.engine.say({ type: 'statusSet', request: request as number });
    await expect(set).resolves.toBeUndefined();
  });

  it('lose nothing that was wanted before it was known who leads', async () => {
    const first = tab();
    first.telephony.call('support');
    await settled();
    expect(first.script.engine.told(CALL)).toEqual([[0, 'support']]);
    const second = tab();
    second.telephony.call('sales');
    await settled();
    expect(first.script.engine.told(CALL)).toEqual([
      [0, 'support'],
      [0, 'sales'],
    ]);
  });

  it('run anew after a stop, and the old engine’s goodbye changes nothing', async () => {
    const first = tab();
    await settled();
    const [engine] = first.script.engines;
    first.telephony.stop();
    await settled();
    first.telephony.start();
    await settled();
    expect(engine?.lives).toBe(false);
    expect(first.script.engines).toHaveLength(2);
    expect(first.script.engine.told(START)).toHaveLength(1);
  });

  it('are all told what happens', async () => {
    const onStatusChange = vi.fn();
    const first = tab({ onStatusChange });
    await settled();
    tab({ onStatusChange });
    await settled();
    first.script.engine.say({ type: 'statusChanged', previous: Status.CONNECTED, next: Status.PAUSED });
    await settled();
    expect(onStatusChange.mock.calls).toEqual([
      ['connected', 'paused'],
      ['connected', 'paused'],
    ]);
  });

  it('any one’s reason refuses calls, until it is taken back', async () => {
    const first = tab();
    await settled();
    const second = tab({ startSessionDisabledReason: 'Writing' });
    await settled();
    second.telephony.configure({ startSessionDisabledReason: 'Writing' });
    await settled();
    expect(first.script.engine.told(REFUSE_CALLS)).toEqual([[0, 'Writing']]);
    second.telephony.configure({});
    await settled();
    expect(first.script.engine.told(REFUSE_CALLS)).toEqual([
      [0, 'Writing'],
      [0, ''],
    ]);
  });

  it('the next takes over when the one that leads closes', async () => {
    const first = tab();
    await settled();
    const second = tab();
    await settled();
    first.telephony.stop();
    await settled();
    await settled();
    expect(first.script.engine.lives).toBe(false);
    expect(second.script.engines).toHaveLength(1);
    expect(second.script.engine.told(START)).toHaveLength(1);
  });

  it('a login in a new tab makes the one that leads try again', async () => {
    const first = tab();
    await settled();
    tab();
    await settled();
    expect(first.script.engine.told(FOCUSED)).toHaveLength(1);
  });

  it('take the lock from one that is silent, and that one lets go', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout', 'Date'] });
    const { BroadcastChannel } = globalThis;
    const first = tab();
    await vi.advanceTimersByTimeAsync(100);
    // It freezes: nobody hears from it any more.
    const silent = { postMessage: () => undefined, close: () => undefined };
    globalThis.BroadcastChannel = class {
      constructor() {
        return silent;
      }
    } as unknown as typeof BroadcastChannel;
    const second = tab();
    globalThis.BroadcastChannel = BroadcastChannel;
    await vi.advanceTimersByTimeAsync(4000);
    expect(second.script.engines).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(4000);
    vi.useRealTimers();
    await settled();
    expect(second.script.engines).toHaveLength(1);
    expect(first.script.engine.lives).toBe(false);
    expect(first.script.engine.told(STOP)).toEqual([]);
  });

  it('use the backend’s ICE servers unless a call brings its own', async () => {
    const first = tab({ pcConfig: { iceTransportPolicy: 'relay' } });
    await settled();
    first.script.engine.show('launch', { loading: false, data: launch });
    first.telephony.answer({ pcConfig: { iceTransportPolicy: 'relay' } });
    first.telephony.answer({ mediaConstraints: { audio: true, video: false } });
    first.telephony.answer({ pcConfig: { iceServers: [] } });
    first.telephony.answer({ pcConfig: { iceServers: [] } });
    expect(first.script.engine.told(ANSWER)).toEqual([
      [0, ''],
      [0, ''],
      [1, ''],
      [1, ''],
    ]);
  });
});

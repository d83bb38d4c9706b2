import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Clock } from '../engine/clock.js';

let ticks: number[];
let woke: number;
let clock: Clock;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
  vi.stubGlobal('Worker', undefined);
  ticks = [];
  woke = 0;
  clock = new Clock(
    () => ticks.push(performance.now()),
    () => woke++,
  );
});

afterEach(() => {
  clock.stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('the clock, without a worker', () => {
  it('wakes on time, and every two seconds at least', async () => {
    const start = performance.now();
    clock.wakeAt(start + 300);
    await vi.advanceTimersByTimeAsync(2300);
    expect(ticks.map((tick) => tick - start)).toEqual([300, 2300]);
    clock.wakeAt(start + 60_000);
    await vi.advanceTimersByTimeAsync(2000);
    expect(ticks).toHaveLength(3);
    expect(woke).toBe(0);
  });

  it('takes a jump of the wall clock for a sleep', async () => {
    vi.setSystemTime(Date.now() + 60_000);
    await vi.advanceTimersByTimeAsync(2000);
    expect(woke).toBe(1);
    await vi.advanceTimersByTimeAsync(2000);
    expect(woke).toBe(1);
  });

  it('stops', async () => {
    clock.stop();
    clock.wakeAt(performance.now() + 10);
    await vi.advanceTimersByTimeAsync(5000);
    expect(ticks).toEqual([]);
  });
});

describe('the clock’s worker', () => {
  it('counts the time, and where the page forbids it the page does', async () => {
    clock.stop();
    const posted: number[] = [];
    const workers: { onmessage?: () => void; onerror?: () => void }[] = [];
    vi.stubGlobal(
      'Worker',
      class {
        constructor() {
          workers.push(this);
        }
        onmessage?: () => void;
        onerror?: () => void;
        postMessage(delay: number): void {
          posted.push(delay);
        }
        terminate(): void {
          posted.push(-1);
        }
      },
    );
    const own = new Clock(
      () => ticks.push(1),
      () => undefined,
    );
    own.wakeAt(performance.now() + 40);
    expect(posted).toEqual([2000, 40]);
    workers[0]?.onmessage?.();
    expect(ticks).toEqual([1]);
    await vi.advanceTimersByTimeAsync(1000);
    workers[0]?.onerror?.();
    await vi.advanceTimersByTimeAsync(1000);
    expect(ticks).toHaveLength(2);
    expect(posted.at(-1)).toBe(-1);
    own.stop();
  });
});

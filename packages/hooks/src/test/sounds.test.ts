import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Sounds } from '../body/sounds.js';
import { FakeAudioContext, installAudio } from './support/audio.js';

let blocked: boolean[];
let sounds: Sounds;

beforeEach(() => {
  installAudio();
  vi.useFakeTimers();
  blocked = [];
  sounds = new Sounds((now) => blocked.push(now));
});

afterEach(() => {
  sounds.close();
  vi.useRealTimers();
});

const context = () => {
  const [made] = FakeAudioContext.made;
  if (!made) throw new Error('no context');
  return made;
};

describe('sounds', () => {
  it('ring until the call is answered, one at a time', () => {
    sounds.play('ring');
    sounds.play('ring');
    expect(context().playing).toBe(1);
    sounds.play('ringback');
    expect(context().playing).toBe(1);
    sounds.play(undefined);
    expect(context().playing).toBe(0);
    expect(FakeAudioContext.made).toHaveLength(1);
  });

  it('that the browser blocks say so, and begin at the next gesture', async () => {
    FakeAudioContext.allowed = false;
    sounds.play('ring');
    await vi.advanceTimersByTimeAsync(300);
    expect(blocked.at(-1)).toBe(true);
    FakeAudioContext.allowed = true;
    window.dispatchEvent(new Event('keydown'));
    await vi.advanceTimersByTimeAsync(0);
    expect(blocked.at(-1)).toBe(false);
    expect(context().state).toBe('running');
  });

  it('that are no longer wanted block nothing', async () => {
    FakeAudioContext.allowed = false;
    sounds.play('ring');
    await vi.advanceTimersByTimeAsync(300);
    sounds.play(undefined);
    expect(blocked.at(-1)).toBe(false);
  });

  it('that will be blocked say so as soon as a call may ring, and as long as one may', async () => {
    FakeAudioContext.allowed = false;
    sounds.mayRing(true);
    await vi.advanceTimersByTimeAsync(300);
    expect(blocked.at(-1)).toBe(true);
    sounds.play('ring');
    sounds.play(undefined);
    expect(blocked.at(-1)).toBe(true);
    sounds.mayRing(false);
    expect(blocked.at(-1)).toBe(false);
    sounds.mayRing(true);
    await vi.advanceTimersByTimeAsync(300);
    FakeAudioContext.allowed = true;
    window.dispatchEvent(new Event('keydown'));
    await vi.advanceTimersByTimeAsync(0);
    expect(blocked.at(-1)).toBe(false);
    expect(FakeAudioContext.made).toHaveLength(1);
    expect(context().playing).toBe(0);
  });

  it('that are allowed are not called blocked while a call may ring', async () => {
    sounds.mayRing(true);
    await vi.advanceTimersByTimeAsync(300);
    expect(blocked).not.toContain(true);
  });

  it('a blocked voice plays at the next gesture', async () => {
    const element = new Audio();
    element.srcObject = new MediaStream();
    let refused = true;
    const play = vi
      .spyOn(element, 'play')
      .mockImplementation(() =>
        refused ? Promise.reject(new DOMException('No gesture', 'NotAllowedError')) : Promise.resolve(),
      );
    await sounds.playElement(element);
    expect(blocked.at(-1)).toBe(true);
    refused = false;
    window.dispatchEvent(new Event('pointerdown'));
    await vi.advanceTimersByTimeAsync(0);
    expect(play).toHaveBeenCalledTimes(2);
    expect(blocked.at(-1)).toBe(false);
    window.dispatchEvent(new Event('pointerdown'));
    expect(play).toHaveBeenCalledTimes(2);
  });
});

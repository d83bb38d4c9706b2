import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Devices } from '../body/devices.js';
import type { AudioDevicesState } from '../types.js';
import { FakeStream, FakeTrack } from './support/webrtc.js';

const asked: MediaTrackConstraints[] = [];
let refuse: ((constraints: MediaTrackConstraints) => DOMException | undefined) | undefined;
let track: FakeTrack;
let permission: EventTarget & { state: PermissionState };
let states: AudioDevicesState[];
let permissions: PermissionState[];
let made: Devices[] = [];

const media = Object.assign(new EventTarget(), {
  list: [{ kind: 'audioinput', deviceId: 'usb', label: 'USB headset' }],
  enumerateDevices: () => Promise.resolve(media.list),
  getUserMedia: ({ audio }: { audio: MediaTrackConstraints }) => {
    asked.push(audio);
    const error = refuse?.(audio);
    return error ? Promise.reject(error) : Promise.resolve(new FakeStream([track]));
  },
});

function devices(): Devices {
  const one = new Devices(
    (state) => states.push(state),
    (state) => permissions.push(state),
  );
  made.push(one);
  one.start();
  return one;
}

const soon = () => new Promise((resolve) => setTimeout(resolve));

beforeEach(() => {
  asked.length = 0;
  refuse = undefined;
  states = [];
  permissions = [];
  track = new FakeTrack();
  localStorage.clear();
  permission = Object.assign(new EventTarget(), { state: 'prompt' as PermissionState });
  Object.defineProperty(navigator, 'mediaDevices', { value: media, configurable: true });
  Object.defineProperty(navigator, 'permissions', {
    value: { query: () => Promise.resolve(permission) },
    configurable: true,
  });
});

afterEach(() => {
  for (const one of made) one.stop();
  made = [];
});

describe('the microphone', () => {
  it.each([
    ['NotAllowedError', 'microphone_denied'],
    ['NotFoundError', 'microphone_missing'],
    ['NotReadableError', 'microphone_busy'],
    ['TypeError', 'microphone_failed'],
  ])('%s is %s', async (name, code) => {
    refuse = () => new DOMException('No', name);
    const one = devices();
    expect(await one.ask()).toMatchObject({ code, message: 'No', fatal: false });
    expect(one.state.error?.code).toBe(code);
    await expect(one.open({})).rejects.toMatchObject({ name });
  });

  it('is asked for once and released', async () => {
    const one = devices();
    expect(await one.ask()).toBeUndefined();
    expect(track.stopped).toBe(true);
    // The browser asks each time: that it was allowed once is no permission for the next time.
    expect(one.state.permission).toBe('prompt');
  });

  it('is taken as permitted once it opened, where the browser does not tell', async () => {
    Object.defineProperty(navigator, 'permissions', { value: undefined, configurable: true });
    const one = devices();
    expect(await one.ask()).toBeUndefined();
    expect(permissions).toEqual(['granted']);
    expect(one.state.permission).toBe('granted');
  });

  it('that was chosen is opened, and the system’s where it is gone', async () => {
    const one = devices();
    one.choose('input', 'usb');
    await one.open({ echoCancellation: false });
    expect(asked).toEqual([{ echoCancellation: false, deviceId: { exact: 'usb' } }]);
    refuse = (constraints) => (constraints.deviceId ? new DOMException('Gone', 'OverconstrainedError') : undefined);
    await one.open({});
    expect(asked.slice(1)).toEqual([{ deviceId: { exact: 'usb' } }, {}]);
    expect(devices().state.input).toBe('usb');
  });

  it('denied once, is not said to be denied after the user allowed it', async () => {
    const one = devices();
    await soon();
    refuse = () => new DOMException('No', 'NotAllowedError');
    await one.ask();
    permission.state = 'granted';
    permission.dispatchEvent(new Event('change'));
    expect(one.state).toMatchObject({ error: undefined, permission: 'granted' });
    expect(permissions).toEqual(['prompt', 'granted']);
  });

  it('that is plugged in appears', async () => {
    const one = devices();
    await soon();
    expect(one.state.inputs).toEqual([{ id: 'usb', label: 'USB headset' }]);
    vi.spyOn(media, 'enumerateDevices').mockResolvedValue([]);
    media.dispatchEvent(new Event('devicechange'));
    await soon();
    expect(one.state.inputs).toEqual([]);
    one.stop();
    vi.mocked(media.enumerateDevices).mockResolvedValue(media.list);
    media.dispatchEvent(new Event('devicechange'));
    await soon();
    expect(one.state.inputs).toEqual([]);
  });
});

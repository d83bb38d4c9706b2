import type { AudioDevice, AudioDevicesState, TelephonyError } from '../types.js';
import { initialState } from '../state.js';
import { load, save } from './storage.js';

/** Microphones and loudspeakers: which there are, which are chosen, and whether they may be used. */
export class Devices {
  readonly #changed: (state: AudioDevicesState) => void;
  readonly #permissionChanged: (state: PermissionState) => void;
  readonly #listening = new AbortController();
  /** Where the browser tells. One that asks each time stays at `prompt` after a microphone was opened. */
  #told: PermissionStatus | undefined;
  #state: AudioDevicesState = { ...initialState.devices, input: load('input') ?? '', output: load('output') ?? '' };

  constructor(changed: (state: AudioDevicesState) => void, permissionChanged: (state: PermissionState) => void) {
    this.#changed = changed;
    this.#permissionChanged = permissionChanged;
  }

  get state(): AudioDevicesState {
    return this.#state;
  }

  /** Begins to watch devices and permission. */
  start(): void {
    this.#set({});
    const { signal } = this.#listening;
    navigator.mediaDevices?.addEventListener('devicechange', () => void this.#list(), { signal });
    void this.#list();
    void this.#watchPermission(signal);
  }

  stop(): void {
    this.#listening.abort();
  }

  choose(kind: 'input' | 'output', id: string): void {
    save(kind, id);
    this.#set({ [kind]: id });
  }

  soundBlocked(soundBlocked: boolean): void {
    if (soundBlocked !== this.#state.soundBlocked) this.#set({ soundBlocked });
  }

  /**
   * Opens the chosen microphone, or the system's where that one is gone. Rejects with the browser's DOMException.
   */
  async open(constraints: MediaTrackConstraints): Promise<MediaStream> {
    try {
      const stream = await this.#open(constraints);
      this.#set({ error: undefined });
      this.#permission(this.#told?.state ?? 'granted');
      void this.#list();
      return stream;
    } catch (error) {
      this.#set({ error: microphoneError(error) });
      throw error;
    }
  }

  /** Asks for permission by opening the microphone and releasing it. Never rejects; resolves to the error. */
  async ask(): Promise<TelephonyError | undefined> {
    try {
      release(await this.open({}));
      return undefined;
    } catch (error) {
      return microphoneError(error);
    }
  }

  async #open(constraints: MediaTrackConstraints): Promise<MediaStream> {
    const { mediaDevices } = navigator;
    if (!mediaDevices) throw new DOMException('This browser gives no microphones', 'NotFoundError');
    const { input } = this.#state;
    if (input && !constraints.deviceId) {
      try {
        return await mediaDevices.getUserMedia({ audio: { ...constraints, deviceId: { exact: input } } });
      } catch (error) {
        const gone = error instanceof DOMException && /^(OverconstrainedError|NotFoundError)$/.test(error.name);
        if (!gone) throw error;
      }
    }
    return mediaDevices.getUserMedia({ audio: constraints });
  }

  async #list(): Promise<void> {
    const devices = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
    const of = (kind: MediaDeviceKind): AudioDevice[] =>
      devices
        .filter((device) => device.kind === kind && device.deviceId !== '')
        .map(({ deviceId: id, label }) => ({ id, label }));
    const outputs = 'setSinkId' in HTMLMediaElement.prototype ? of('audiooutput') : [];
    if (!this.#listening.signal.aborted) this.#set({ inputs: of('audioinput'), outputs });
  }

  async #watchPermission(signal: AbortSignal): Promise<void> {
    try {
      const status = await navigator.permissions.query({ name: 'microphone' as PermissionName });
      const tell = (): void => this.#permission(status.state);
      if (signal.aborted) return;
      this.#told = status;
      status.addEventListener('change', tell, { signal });
      tell();
    } catch {
      // A browser that does not tell: known once the microphone was opened.
    }
  }

  #permission(permission: PermissionState): void {
    if (permission === 'granted' && this.#state.error?.code === 'microphone_denied') this.#set({ error: undefined });
    if (permission !== this.#state.permission) {
      this.#set({ permission });
      void this.#list();
    }
    this.#permissionChanged(permission);
  }

  #set(change: Partial<AudioDevicesState>): void {
    this.#state = { ...this.#state, ...change };
    this.#changed(this.#state);
  }
}

export function release(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

const CODES: Record<string, string> = {
  NotAllowedError: 'microphone_denied',
  SecurityError: 'microphone_denied',
  NotFoundError: 'microphone_missing',
  OverconstrainedError: 'microphone_missing',
  NotReadableError: 'microphone_busy',
  AbortError: 'microphone_busy',
};

/** Why a microphone could not be opened. */
export function microphoneError(error: unknown): TelephonyError {
  const { name = '', message = String(error) } = error instanceof Error || error instanceof DOMException ? error : {};
  return { code: CODES[name] ?? 'microphone_failed', message, fatal: false, recovering: false };
}

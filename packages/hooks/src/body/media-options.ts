import type { CallOptions } from '../types.js';

/** Numbers the media options of calls for the engine: equal options, equal numbers; 0 is the default. */
export class MediaOptionsTable {
  /** The provider's. */
  pcConfig: RTCConfiguration | undefined;
  /** The backend's. */
  iceServers: RTCIceServer[] = [];
  readonly #known: CallOptions[] = [{}];
  readonly #keys: string[] = [];

  number(options: CallOptions | undefined): number {
    const audio = options?.mediaConstraints?.audio;
    const key = JSON.stringify([audio === undefined || audio === true ? 0 : audio, options?.pcConfig ?? 0]);
    const isDefault =
      (audio === undefined || audio === true) &&
      (!options?.pcConfig || JSON.stringify(options.pcConfig) === JSON.stringify(this.pcConfig));
    if (isDefault) return 0;
    const found = this.#keys.indexOf(key);
    if (found >= 0) return found + 1;
    this.#known.push({ mediaConstraints: options?.mediaConstraints, pcConfig: options?.pcConfig });
    return this.#keys.push(key);
  }

  configuration(media: number): RTCConfiguration {
    return { iceServers: this.iceServers, ...(this.#known[media]?.pcConfig ?? this.pcConfig) };
  }

  audio(media: number): MediaTrackConstraints {
    const audio = this.#known[media]?.mediaConstraints?.audio;
    return typeof audio === 'object' ? audio : {};
  }
}

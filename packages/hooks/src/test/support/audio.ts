/** What a page plays, as far as a test can see it. */
export class FakeAudioContext extends EventTarget {
  static made: FakeAudioContext[] = [];
  /** Whether the browser lets sound begin without a gesture. */
  static allowed = true;
  state: AudioContextState = FakeAudioContext.allowed ? 'running' : 'suspended';
  playing = 0;
  destination = {};
  #waiting: (() => void)[] = [];

  constructor() {
    super();
    FakeAudioContext.made.push(this);
  }

  createBuffer(_channels: number, length: number): { getChannelData: () => Float32Array } {
    const samples = new Float32Array(length);
    return { getChannelData: () => samples };
  }

  createBufferSource(): object {
    return { connect: () => undefined, start: () => this.playing++, stop: () => this.playing-- };
  }

  resume(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (FakeAudioContext.allowed) this.allow();
    });
  }

  /** Somebody clicked. */
  allow(): void {
    this.state = 'running';
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  close(): Promise<void> {
    this.state = 'closed';
    return Promise.resolve();
  }
}

export function installAudio(): void {
  FakeAudioContext.made = [];
  FakeAudioContext.allowed = true;
  Object.assign(globalThis, { AudioContext: FakeAudioContext });
}

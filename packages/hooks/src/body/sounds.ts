/** What is heard while a call is set up. */
export type Sound = 'ring' | 'ringback';

const RATE = 16000;

/** Ringing, ringback and the other side's voice; where the browser blocks them, they begin at the next gesture. */
export class Sounds {
  readonly #blocked: (blocked: boolean) => void;
  readonly #waiting = new Set<HTMLAudioElement>();
  #context: AudioContext | undefined;
  #source: AudioBufferSourceNode | undefined;
  #sound: Sound | undefined;
  #mayRing = false;
  /** Long enough for the context to begin, where it is allowed to. */
  #waited = false;
  #closed = false;
  #sink = '';
  #gestures: AbortController | undefined;

  constructor(blocked: (blocked: boolean) => void) {
    this.#blocked = blocked;
  }

  /** While a call may ring at any time, it is told at once when it would not be heard. */
  mayRing(may: boolean): void {
    if (may === this.#mayRing || this.#closed) return;
    this.#mayRing = may;
    if (may) this.#wake(this.#open());
    else this.#settle();
  }

  /** Plays one of them until it is another's turn, or nobody's. */
  play(sound: Sound | undefined): void {
    if (sound === this.#sound || this.#closed) return;
    this.#sound = sound;
    this.#source?.stop();
    this.#source = undefined;
    if (!sound) return this.#settle();
    const context = this.#open();
    const source = context.createBufferSource();
    source.buffer = render(context, sound);
    source.loop = true;
    source.connect(context.destination);
    source.start();
    this.#source = source;
    this.#wake(context);
  }

  /** Plays what the element has, now or at the next gesture. */
  async playElement(element: HTMLAudioElement): Promise<void> {
    try {
      await element.play();
      this.#waiting.delete(element);
    } catch (error) {
      if ((error as DOMException).name === 'NotAllowedError' && element.srcObject) this.#waiting.add(element);
    }
    this.#settle();
  }

  forget(element: HTMLAudioElement): void {
    this.#waiting.delete(element);
    this.#settle();
  }

  /** The loudspeaker; empty is the system's. */
  setOutput(id: string): void {
    this.#sink = id;
    if (this.#context) setSink(this.#context, id);
  }

  close(): void {
    this.play(undefined);
    this.mayRing(false);
    this.#closed = true;
    this.#waiting.clear();
    this.#gestures?.abort();
    void this.#context?.close();
    this.#context = undefined;
  }

  #open(): AudioContext {
    if (!this.#context) {
      this.#context = new AudioContext();
      if (this.#sink) setSink(this.#context, this.#sink);
    }
    return this.#context;
  }

  #wake(context: AudioContext): void {
    if (context.state === 'running') return;
    void context.resume().then(() => this.#settle());
    // The promise waits for a gesture; without one the state tells.
    setTimeout(() => {
      this.#waited = true;
      this.#settle();
    }, 300);
  }

  /** Says whether something waits for a gesture, and listens for one as long as it does. */
  #settle(): void {
    const isWanted = this.#mayRing || this.#sound !== undefined;
    const blocked = this.#waiting.size > 0 || (isWanted && this.#waited && this.#context?.state === 'suspended');
    if (blocked && !this.#gestures) {
      this.#gestures = new AbortController();
      const options = { capture: true, signal: this.#gestures.signal };
      for (const gesture of ['pointerdown', 'keydown', 'touchend'])
        addEventListener(gesture, () => this.#retry(), options);
    } else if (!blocked) {
      this.#gestures?.abort();
      this.#gestures = undefined;
    }
    this.#blocked(blocked);
  }

  #retry(): void {
    void this.#context?.resume().then(() => this.#settle());
    for (const element of this.#waiting) void this.playElement(element);
  }
}

/** Sends an element's or a context's sound to a loudspeaker, where the browser can; a device that is gone is ignored. */
export function setSink(target: object, id: string): void {
  const { setSinkId } = target as { setSinkId?: (id: string) => Promise<void> };
  setSinkId?.call(target, id).catch(() => undefined);
}

function render(context: AudioContext, sound: Sound): AudioBuffer {
  // A loop: ringback as telephone exchanges play it, the ring a soft double warble.
  const buffer = context.createBuffer(1, RATE * (sound === 'ring' ? 3 : 4), RATE);
  const samples = buffer.getChannelData(0);
  for (let i = 0; i < samples.length; i++) samples[i] = (sound === 'ring' ? ring : ringback)(i / RATE);
  return buffer;
}

function ringback(t: number): number {
  return t < 1 ? 0.12 * tone(425, t) * edges(t, 1) : 0;
}

function ring(t: number): number {
  const burst = t < 0.4 ? t : t - 0.6;
  if (burst < 0 || burst >= 0.4) return 0;
  const pitch = Math.floor(burst * 20) % 2 ? 587 : 740;
  return 0.25 * (tone(pitch, t) + 0.4 * tone(2 * pitch, t)) * edges(burst, 0.4);
}

function tone(frequency: number, t: number): number {
  return Math.sin(2 * Math.PI * frequency * t);
}

/** Fades in and out, so that it does not click. */
function edges(t: number, length: number): number {
  return Math.min(1, t / 0.02, (length - t) / 0.02);
}

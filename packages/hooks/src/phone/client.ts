import { CallBody } from '../body/call-body.js';
import { ask, baseUrl } from '../body/http.js';
import { keptUuid } from '../body/storage.js';
import { plainOptions } from '../call-options.js';
import { type Engine, type MakeEngine, type Notice, REGISTER, SET_CREDENTIALS, STOP } from '../engine/contract.js';
import { registrarList } from '../body/backend.js';
import { seed } from '../engine/fields.js';
import { loadPhone } from '../engine/phone.js';
import { initialState, type State } from '../state.js';
import { Store } from '../store.js';
import {
  type CallOptions,
  type LaunchRegistrar,
  type Queue,
  type TelephonyError,
  type TerminateOptions,
} from '../types.js';
import type { PhoneCommands, PhoneSettings, PhoneState } from './types.js';
import { WAITING } from '../words.js';

export interface PhoneOptions {
  host: string;
  wasmUrl?: string | undefined;
  /** For tests: where the engine comes from. */
  load?: (wasmUrl?: string) => Promise<MakeEngine>;
}

interface GuestHash {
  login: string;
  username: string;
  hash: string;
  expires_in: number;
  sip: { uri: string; domain: string };
  registrars: LaunchRegistrar[];
  ice_servers: RTCIceServer[];
  queues: Queue[];
}

/** Of the hash's life, the part after which another is fetched. */
const RENEW_AFTER = 0.8;
const FIRST_DELAY = 1000;
const LONGEST_DELAY = 30_000;

export const idlePhone: PhoneState = {
  status: 'idle',
  error: undefined,
  number: '',
  queues: [],
  userAgent: initialState.userAgent,
  registrars: initialState.registrars,
  session: initialState.session,
  digits: '',
  lastCall: undefined,
  soundBlocked: false,
};

/** A guest's phone in one page. Every tab has its own. */
export class PhoneClient implements PhoneCommands {
  readonly store = new Store<PhoneState>(idlePhone);
  readonly #options: PhoneOptions;
  readonly #base: string;
  #settings: PhoneSettings = {};
  #body: CallBody | undefined;
  /** Each `connect` and `disconnect` ends what an earlier one began. */
  #generation = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #fetching = false;
  #fetchedAt = 0;
  #refusals = 0;
  #stopping: ReturnType<typeof setTimeout> | undefined;

  constructor(options: PhoneOptions) {
    this.#options = options;
    this.#base = baseUrl(options.host);
  }

  configure(settings: PhoneSettings): void {
    this.#settings = settings;
    if (this.#body) this.#body.media.pcConfig = settings.pcConfig;
  }

  /** Keeps a phone that React unmounted for a moment. */
  start(): void {
    clearTimeout(this.#stopping);
    this.#stopping = undefined;
  }

  /** One task later, as `Callcenter.stop`. */
  stop(): void {
    this.#stopping ??= setTimeout(() => {
      this.#stopping = undefined;
      this.disconnect();
    });
  }

  readonly connect = (number: string): void => {
    this.disconnect();
    if (window.isSecureContext === false) {
      return this.#failed('insecure_context', 'Telephony needs https, or localhost');
    }
    this.store.set({ ...idlePhone, status: 'connecting', number });
    void this.#fetch(number);
  };

  readonly disconnect = (): void => {
    this.#generation++;
    this.#fetching = false;
    this.#failures = 0;
    clearTimeout(this.#timer);
    this.#body?.stop(() => undefined);
    this.#body = undefined;
    this.store.set(idlePhone);
  };

  readonly call = (target: string, options?: CallOptions): void => {
    this.store.set({ digits: '' });
    this.#body?.call(target, plainOptions(options));
  };

  readonly answer = (options?: CallOptions): void => {
    this.store.set({ digits: '' });
    this.#body?.answer(plainOptions(options));
  };

  readonly hangUp = (options?: TerminateOptions): void => this.#body?.end(options);
  readonly hold = (on: boolean): void => this.#body?.hold(on);
  readonly mute = (on: boolean): void => this.#body?.mute(on);
  readonly sendDTMF = (tones: string | number): void => this.#body?.sendDtmf(String(tones));

  /** Fetches a hash: the first starts the engine, the others renew. */
  async #fetch(number: string): Promise<void> {
    if (this.#fetching) return;
    this.#fetching = true;
    this.#fetchedAt = performance.now();
    const generation = this.#generation;
    const request = { method: 'POST', path: '/v1/guest/hash', body: JSON.stringify({ number }) };
    const result = await ask(this.#base, request);
    if (generation !== this.#generation) return;
    this.#fetching = false;
    if (result.ok) {
      this.#failures = 0;
      const hash = result.body as GuestHash;
      this.#again(number, hash.expires_in * 1000 * RENEW_AFTER);
      return this.#arrived(hash, generation);
    }
    const { code = 'unexpected_answer', detail = '' } = (result.problem ?? {}) as { code?: string; detail?: string };
    const recovering = result.status === 0 || result.status === 429 || result.status >= 500;
    const error = { code, message: detail || `The server answered ${result.status}`, fatal: !recovering, recovering };
    this.store.set({ error });
    if (recovering) this.#again(number, Math.min(FIRST_DELAY * 2 ** this.#failures++, LONGEST_DELAY));
    else if (!this.#body) this.store.set({ status: 'idle' });
  }

  /** A registrar refused the hash: another one at once, but never in a tight circle. */
  #refused(number: string): void {
    const soon = performance.now() - this.#fetchedAt < LONGEST_DELAY;
    this.#again(number, soon ? Math.min(FIRST_DELAY * 2 ** this.#refusals++, LONGEST_DELAY) : 0);
    if (!soon) this.#refusals = 0;
  }

  #again(number: string, delay: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#fetch(number), delay);
  }

  async #arrived(hash: GuestHash, generation: number): Promise<void> {
    if (this.#body) {
      this.#body.media.iceServers = hash.ice_servers;
      this.store.set({ error: undefined, queues: hash.queues });
      return this.#body.pump.tell(SET_CREDENTIALS, 0, hash.username, hash.hash);
    }
    try {
      const phoneOf = await (this.#options.load ?? loadPhone)(this.#options.wasmUrl);
      if (generation !== this.#generation || this.#body) return;
      this.#run(phoneOf(seed()), hash);
    } catch (error) {
      if (generation === this.#generation) this.#failed('engine_unavailable', String(error));
    }
  }

  #run(engine: Engine, hash: GuestHash): void {
    const { number } = this.store.all();
    const body = new CallBody(engine, {
      state: (change) => this.#body === body && this.#state(change),
      notice: (notice) => this.#notice(notice),
      performs: {
        askMicrophone: () => void body.askMicrophone(),
        credentialsRefused: () => this.#refused(number),
        // A guest's call is not taken up again.
        keepCalls: () => undefined,
      },
      failed: (error) => {
        this.disconnect();
        this.#failed('engine_failed', String(error));
      },
    });
    this.#body = body;
    body.media.pcConfig = this.#settings.pcConfig;
    body.media.iceServers = hash.ice_servers;
    this.store.set({ status: 'ready', error: undefined, queues: hash.queues });
    // A tab is a phone of its own, the same after a reload.
    const instance = `urn:uuid:${keptUuid(`phone:${hash.login}`, () => sessionStorage)}`;
    const { login, username, sip, registrars } = hash;
    body.pump.tell(REGISTER, 0, login, sip.domain, '', instance, username, hash.hash, registrarList(registrars));
    body.start();
    body.listen(window, 'pagehide', () => body.pump.tell(STOP));
    body.listen(window, 'pageshow', (event) => {
      // Back from the browser's cache of whole pages.
      if ((event as PageTransitionEvent).persisted) this.connect(number);
    });
  }

  #state({ userAgent, registrars, session, devices }: Partial<State>): void {
    const change: Partial<PhoneState> = {};
    if (userAgent) change.userAgent = userAgent;
    if (registrars) change.registrars = registrars;
    if (devices) change.soundBlocked = devices.soundBlocked;
    if (session) {
      change.session = session;
      const fresh = session.id !== this.store.get('session').id && session.status !== WAITING;
      if (fresh) change.digits = '';
    }
    this.store.set(change);
  }

  #notice(notice: Notice): void {
    const settings = this.#settings;
    switch (notice.type) {
      case 'dtmf':
        this.store.set({ digits: this.store.get('digits') + notice.tone });
        return queueMicrotask(() => settings.onDTMF?.(notice.tone, notice.duration));
      case 'callEnded': {
        const { end } = notice;
        this.store.set({ lastCall: end });
        return queueMicrotask(() => settings.onCallEnd?.(end));
      }
      case 'error': {
        const error = { code: notice.code, message: notice.message, fatal: false, recovering: false };
        return queueMicrotask(() => settings.onError?.(error));
      }
    }
  }

  #failed(code: string, message: string): void {
    const error: TelephonyError = { code, message, fatal: true, recovering: false };
    this.store.set({ status: 'idle', error });
    this.#settings.onError?.(error);
  }
}

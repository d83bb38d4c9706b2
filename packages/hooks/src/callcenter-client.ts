import { Devices } from './body/devices.js';
import { keepCalls } from './body/kept-calls.js';
import { Tabs } from './body/tabs.js';
import { type Application, type Command, WorkplaceBody } from './body/workplace-body.js';
import { plainOptions } from './call-options.js';
import type { MakeEngine, Notice, Slice } from './engine/contract.js';
import { seed } from './engine/fields.js';
import { loadWorkplace } from './engine/workplace.js';
import { type RTCSessionEvent, SessionEvents } from './session-event.js';
import { initialState, type State } from './state.js';
import { Store } from './store.js';
import type { Settings, Telephony } from './telephony.js';
import {
  type CallcenterEvent,
  type CallOptions,
  type StatusChange,
  type TelephonyError,
  type TerminateOptions,
} from './types.js';
import { ERROR, STATUSES, WAITING } from './words.js';

export interface CallcenterOptions extends Application {
  wasmUrl?: string | undefined;
  /** For tests: where the engine comes from. */
  load?: (wasmUrl?: string) => Promise<MakeEngine>;
}

/** Among tabs: the leader tells state and notices, the others what they want. */
type Message =
  | { hello: true }
  | { state: Partial<State> }
  | { notice: Notice }
  | { command: Command }
  | { refuse: string; tab: string }
  | { ask: true };

/** After a trap the engine is started anew so many times. */
const RESTARTS = 3;
/** Another tab's reason to refuse calls holds so long after it was last said. */
const REASON_HOLDS = 10_000;

/** One operator's telephony in one tab: it leads, or mirrors the tab that does. */
export class Callcenter implements Telephony {
  readonly store = new Store<State>(initialState);
  readonly #options: CallcenterOptions;
  readonly #tab = Math.random().toString(36).slice(2);
  readonly #events: SessionEvents;
  readonly #listeners = new Set<(event: CallcenterEvent) => void>();
  readonly #settling = new Map<number, () => void>();
  readonly #reasons = new Map<string, { reason: string; at: number }>();
  #settings: Settings = {};
  #tabs: Tabs<Message> | undefined;
  #workplace: WorkplaceBody | undefined;
  /** Whether another tab leads and has said so. */
  #mirrors = false;
  /** Wanted before it was known who leads. */
  #waiting: Command[] = [];
  #stopping: ReturnType<typeof setTimeout> | undefined;
  #refused: string | undefined;
  /** Whether this follower has told its reason since the last beat. */
  #refusedSaid = false;
  #restarts = 0;

  constructor(options: CallcenterOptions) {
    this.#options = options;
    this.#events = new SessionEvents(this);
  }

  start(): void {
    clearTimeout(this.#stopping);
    this.#stopping = undefined;
    if (this.#tabs) return;
    if (window.isSecureContext === false) {
      return this.#cannot('insecure_context', 'Telephony needs https, or localhost');
    }
    this.#tabs = new Tabs(this.#options.host, {
      lead: () => void this.#lead(),
      follow: () => this.#follow(),
      heard: (message) => this.#heard(message),
      beat: () => this.#beat(),
    });
    this.#tabs.start();
    this.#tabs.post({ hello: true });
    this.#tellReason();
    addEventListener('focus', this.#focused);
  }

  /** One task later: React's StrictMode unmounts and mounts at once, and keeps what runs. */
  stop(): void {
    this.#stopping ??= setTimeout(() => this.#stop());
  }

  configure(settings: Settings): void {
    this.#settings = settings;
    this.#workplace?.configure(settings.pcConfig);
    this.#tellReason();
  }

  sessionEvent(): RTCSessionEvent | undefined {
    const session = this.store.get('session');
    if (session.status === WAITING) return undefined;
    return this.#events.of(session, this.store.get('invite'));
  }

  onEvent(listener: (event: CallcenterEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  setStatus({ status, sub_status }: StatusChange): Promise<void> {
    if (!STATUSES.includes(status)) {
      reportError(new TypeError(`setStatus: there is no "${status}", only ${STATUSES.join(', ')}`));
      return Promise.resolve();
    }
    const request = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
    return new Promise((resolve) => {
      // Longer than the engine tries: should the tab that leads be gone.
      const giveUp = setTimeout(() => settle(), 20_000);
      const settle = (): void => {
        clearTimeout(giveUp);
        this.#settling.delete(request);
        resolve();
      };
      this.#settling.set(request, settle);
      this.#do('setStatus', request, status, sub_status);
    });
  }

  retry(slice: Slice): void {
    if (this.#tabs?.leading && !this.#workplace) void this.#lead();
    else this.#do('retry', slice);
  }

  call(target: string, options?: CallOptions): void {
    this.#do('call', target, plainOptions(options));
  }

  answer(options?: CallOptions): void {
    this.#do('answer', plainOptions(options));
  }

  end({ cause, status_code, reason_phrase }: TerminateOptions = {}): void {
    this.#do('end', { cause, status_code, reason_phrase });
  }

  hold(on: boolean): void {
    this.#do('hold', on);
  }

  mute(on: boolean): void {
    this.#do('mute', on);
  }

  sendDtmf(tones: string, inRtp = false): void {
    this.#do('sendDtmf', tones, inRtp);
  }

  transfer(target: string): void {
    this.#do('transfer', target);
  }

  consult(target: string, options?: CallOptions): void {
    this.#do('consult', target, plainOptions(options));
  }

  join(): void {
    this.#do('join');
  }

  goBack(): void {
    this.#do('goBack');
  }

  setInput(id: string): void {
    this.#do('setInput', id);
  }

  setOutput(id: string): void {
    this.#do('setOutput', id);
  }

  askMicrophone(): void {
    this.#do('askMicrophone');
  }

  #do(...command: Command): void {
    if (this.#workplace) this.#workplace.do(command);
    else if (this.#mirrors) this.#tabs?.post({ command });
    else this.#waiting.push(command);
  }

  async #lead(): Promise<void> {
    const tabs = this.#tabs;
    this.#mirrors = false;
    try {
      const workplaceOf = await (this.#options.load ?? loadWorkplace)(this.#options.wasmUrl);
      if (tabs !== this.#tabs || !tabs?.leading || this.#workplace) return;
      const workplace = new WorkplaceBody(workplaceOf(seed()), this.#options, {
        // One that says goodbye after `stop` is heard no more.
        state: (change) => this.#workplace === workplace && this.#publish(change),
        notice: (notice) => this.#workplace === workplace && this.#tell(notice),
        askMicrophone: () => this.#askWhereSeen(),
        failed: (error) => this.#failed(error),
      });
      this.#workplace = workplace;
      workplace.configure(this.#settings.pcConfig);
      workplace.start();
      this.#refused = undefined;
      this.#tellReason();
      for (const command of this.#waiting.splice(0)) workplace.do(command);
    } catch (error) {
      this.#cannot('engine_unavailable', `The engine could not be loaded: ${String(error)}`);
    }
  }

  /** Another tab took the telephony. */
  #follow(): void {
    if (this.#workplace) keepCalls(undefined, '');
    this.#workplace?.close();
    this.#workplace = undefined;
    this.#tabs?.post({ hello: true });
  }

  #heard(message: Message): void {
    const workplace = this.#workplace;
    if ('state' in message) {
      if (workplace) return;
      this.#set(message.state);
      this.#mirrors = !this.#tabs?.leading;
      if (this.#mirrors) for (const command of this.#waiting.splice(0)) this.#do(...command);
    } else if ('notice' in message) {
      this.#deliver(message.notice);
    } else if ('ask' in message) {
      if (document.visibilityState === 'visible') void new Devices(ignore, ignore).ask();
    } else if (!workplace) {
      // What is left is for the tab that leads.
      if ('hello' in message) return;
    } else if ('hello' in message) {
      this.#tabs?.post({ state: this.store.all() });
      // Perhaps somebody logged in there.
      workplace.do(['focused']);
    } else if ('command' in message) {
      workplace.do(message.command);
    } else {
      this.#reasons.set(message.tab, { reason: message.refuse, at: performance.now() });
      this.#tellReason();
    }
  }

  #beat(): void {
    if (!this.#workplace && !this.#settings.startSessionDisabledReason) return;
    for (const [tab, { at }] of this.#reasons) {
      if (performance.now() - at > REASON_HOLDS) this.#reasons.delete(tab);
    }
    this.#refusedSaid = false;
    this.#tellReason();
  }

  /** Any tab's reason refuses calls. */
  #tellReason(): void {
    const own = this.#settings.startSessionDisabledReason ?? '';
    if (this.#workplace) {
      const reason = own || [...this.#reasons.values()].find((other) => other.reason)?.reason;
      if (reason !== this.#refused) this.#workplace.refuseCalls(reason);
      this.#refused = reason;
    } else if (this.#tabs && (own !== (this.#refused ?? '') || (own && !this.#refusedSaid))) {
      this.#refused = own;
      this.#refusedSaid = true;
      this.#tabs.post({ refuse: own, tab: this.#tab });
    }
  }

  #publish(change: Partial<State>): void {
    this.#set(change);
    this.#tabs?.post({ state: change });
  }

  #set(change: Partial<State>): void {
    if (change.session?.status === WAITING) this.#events.ended();
    this.store.set(change);
  }

  #tell(notice: Notice): void {
    this.#tabs?.post({ notice });
    this.#deliver(notice);
  }

  #deliver(notice: Notice): void {
    const settings = this.#settings;
    switch (notice.type) {
      case 'statusSet':
        return this.#settling.get(notice.request)?.();
      case 'statusChanged':
        return later(() => settings.onStatusChange?.(notice.previous, notice.next));
      case 'callEnded': {
        const { end } = notice;
        return later(() => {
          if (end.originator !== 'remote') settings.onSessionTerminate?.(end);
          settings.onCallEnd?.(end);
        });
      }
      case 'dtmf':
        return later(() => settings.onDTMF?.(notice.tone, notice.duration));
      case 'event':
        return later(() => this.#listeners.forEach((listener) => listener(notice.event)));
      case 'error': {
        const error = { code: notice.code, message: notice.message, fatal: false, recovering: false };
        return later(() => settings.onError?.(error));
      }
    }
  }

  /** The browser asks in the tab that is looked at. */
  #askWhereSeen(): void {
    if (document.visibilityState === 'visible') this.#workplace?.do(['askMicrophone']);
    else this.#tabs?.post({ ask: true });
  }

  #focused = (): void => {
    if (!this.#workplace) this.#do('focused');
  };

  #failed(error: unknown): void {
    console.error('headset-hooks: the engine failed', error);
    this.#workplace?.close();
    this.#workplace = undefined;
    this.#publish({ session: initialState.session, invite: '' });
    if (++this.#restarts > RESTARTS) return this.#cannot('engine_failed', `The engine failed: ${String(error)}`);
    this.#tell({ type: 'error', code: 'engine_restarted', message: String(error) });
    setTimeout(() => this.#tabs?.leading && void this.#lead(), 1000);
  }

  /** Nothing can start: every slice says why. */
  #cannot(code: string, message: string): void {
    const error: TelephonyError = { code, message, fatal: true, recovering: false };
    const none = { loading: false, error };
    this.#publish({ hash: none, launch: none, status: none, userAgent: { status: ERROR, error } });
    for (const settle of [...this.#settling.values()]) settle();
    this.#waiting = [];
  }

  #stop(): void {
    this.#stopping = undefined;
    removeEventListener('focus', this.#focused);
    this.#settings = {};
    this.#tellReason();
    const tabs = this.#tabs;
    this.#tabs = undefined;
    this.#mirrors = false;
    for (const settle of [...this.#settling.values()]) settle();
    const workplace = this.#workplace;
    this.#workplace = undefined;
    this.#events.ended();
    this.store.set(initialState);
    // The next tab registers after this one has said goodbye.
    if (workplace) workplace.stop(() => tabs?.stop());
    else tabs?.stop();
  }
}

function ignore(): void {
  // A tab that only asks has nobody to tell.
}

/** After the state's readers, and without an exception's way into the engine. */
function later(call: () => void): void {
  queueMicrotask(call);
}

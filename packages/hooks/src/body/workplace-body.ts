import {
  type Engine,
  FOCUSED,
  type HttpOutput,
  type Notice,
  records,
  REFUSE_CALLS,
  RESTORE_EVENTS,
  RETRY,
  SET_STATUS,
  type Slice,
  START,
  UNLOAD,
} from '../engine/contract.js';
import { list } from '../engine/fields.js';
import type { State } from '../state.js';
import type { Status } from '../types.js';
import { CallBody } from './call-body.js';
import { answered, request } from './backend.js';
import { ask, baseUrl, Stream } from './http.js';
import { keepCalls, keptCalls } from './kept-calls.js';
import { keptUuid, loadArray, save } from './storage.js';
import { CONNECTED } from '../words.js';

/** What the body of a call does at a word, and what only an operator's does. */
type Commands = Pick<
  CallBody,
  | 'call'
  | 'answer'
  | 'end'
  | 'hold'
  | 'mute'
  | 'sendDtmf'
  | 'transfer'
  | 'consult'
  | 'join'
  | 'goBack'
  | 'setInput'
  | 'setOutput'
  | 'askMicrophone'
> &
  Pick<WorkplaceBody, 'setStatus' | 'retry' | 'focused'>;

/** What an application, in this tab or another, wants: a method's name and what it is called with. */
export type Command = { [C in keyof Commands]: [does: C, ...values: Parameters<Commands[C]>] }[keyof Commands];

export interface Application {
  host: string;
  project?: string | undefined;
  env?: string | undefined;
  version?: string | undefined;
}

export interface WorkplaceOwner {
  state(change: Partial<State>): void;
  notice(notice: Notice): void;
  askMicrophone(): void;
  failed(error: unknown): void;
}

/** The tab that holds the telephony: the operator's machine and all that it asks of the page. */
export class WorkplaceBody {
  readonly #application: Application;
  readonly #owner: WorkplaceOwner;
  readonly #body: CallBody;
  readonly #base: string;
  readonly #stream: Stream;
  #leaving = false;
  /** Whose phone it is, once it has started. */
  #login: string | undefined;
  #hasHash = false;
  #launched: string | undefined;

  constructor(engine: Engine, application: Application, owner: WorkplaceOwner) {
    this.#application = application;
    this.#owner = owner;
    this.#base = baseUrl(application.host);
    this.#body = new CallBody(engine, {
      ...owner,
      state: (change) => this.#state(change),
      performs: {
        http: (output) => void this.#ask(output),
        openStream: () => this.#stream.open(),
        closeStream: () => this.#stream.close(),
        keepEvents: ({ rest }) => save('events', rest.length > 0 ? JSON.stringify(rest) : ''),
        keepCalls: ({ stored }) => keepCalls(this.#login, stored),
        askMicrophone: () => owner.askMicrophone(),
      },
    });
    this.#stream = new Stream(this.#base, this.#body.pump.tell);
  }

  start(): void {
    const body = this.#body;
    this.#begin();
    body.pump.tell(RESTORE_EVENTS, 0, ...loadArray<unknown>('events').filter(Array.isArray).map(list));
    body.start();
    body.listen(window, 'focus', () => this.focused());
    body.listen(window, 'pagehide', () => {
      this.#leaving = true;
      body.pump.tell(UNLOAD);
      this.#stream.close();
    });
    body.listen(window, 'pageshow', (event) => {
      // Back from the browser's cache of whole pages.
      if ((event as PageTransitionEvent).persisted) this.#begin();
    });
  }

  configure(pcConfig: RTCConfiguration | undefined): void {
    this.#body.media.pcConfig = pcConfig;
  }

  /** While `reason` is set, calls are refused with it. */
  refuseCalls(reason: string | undefined): void {
    this.#body.pump.tell(REFUSE_CALLS, 0, reason);
  }

  do([does, ...values]: Command): void {
    const doer = (does in this ? this : this.#body) as unknown as Record<string, (...values: unknown[]) => void>;
    // A tab of another version may know commands that this one does not.
    doer[does]?.(...values);
  }

  setStatus(request: number, status: Status | `${Status}`, subStatus: string | undefined): void {
    this.#body.pump.tell(SET_STATUS, request, status, subStatus);
  }

  retry(slice: Slice): void {
    this.#body.pump.tell(RETRY, records.indexOf(slice));
  }

  /** Somebody looks at the page: perhaps after a login elsewhere. */
  focused(): void {
    this.#body.pump.tell(FOCUSED);
  }

  /** Un-REGISTERs and hangs up; `closed` is called when everything is let go of. */
  stop(closed: () => void): void {
    this.#leaving = true;
    this.#stream.close();
    this.#body.stop(closed);
  }

  /** Lets go of everything at once: another tab has the telephony. */
  close(): void {
    this.#stream.close();
    this.#body.close();
  }

  #begin(): void {
    this.#leaving = false;
    this.#body.pump.tell(START, 0, Date.now(), keptUuid('profile'));
  }

  #state(change: Partial<State>): void {
    const iceServers = change.launch?.data?.ice_servers;
    if (iceServers) this.#body.media.iceServers = iceServers;
    this.#owner.state(change);
    if (change.status) this.#body.mayRing(change.status.data?.status === CONNECTED);
    if (change.hash) this.#hasHash = change.hash.data !== undefined;
    if (change.launch) this.#launched = change.launch.data?.login;
    if (this.#hasHash) this.#started(this.#launched);
  }

  /** The phone can be told of calls. */
  #started(login: string | undefined): void {
    if (!login || this.#login === login) return;
    this.#login = login;
    const stored = keptCalls(login);
    if (stored) this.#body.resume(stored);
  }

  async #ask(output: HttpOutput): Promise<void> {
    const result = await ask(this.#base, request(output, this.#application), this.#leaving);
    answered(this.#body.pump.tell, output, result);
  }
}

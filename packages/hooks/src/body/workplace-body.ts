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
  STREAM_CLOSED,
  STREAM_OPENED,
  UNLOAD,
} from '../engine/contract.js';
import { list } from '../engine/fields.js';
import type { State } from '../state.js';
import { type CallOptions, SessionStatus, type Status, type TerminateOptions } from '../types.js';
import { CallBody, type OtherOutput } from './call-body.js';
import { answered, pushed, request } from './backend.js';
import { ask, baseUrl, Stream } from './http.js';
import { forgetCall, keepCall, keptCall } from './kept-call.js';
import { keptUuid, loadArray, save } from './storage.js';

/** Names of calls that the page did not choose begin here. */
const INCOMING = 2 ** 31;

/** What an application, in this tab or another, wants. */
export type Command =
  | { do: 'setStatus'; request: number; status: Status | `${Status}`; subStatus?: string | undefined }
  | { do: 'retry'; slice: Slice }
  | { do: 'focused' }
  | { do: 'call'; target: string; options?: CallOptions | undefined }
  | { do: 'answer'; options?: CallOptions | undefined }
  | { do: 'end'; options?: TerminateOptions | undefined }
  | { do: 'hold' | 'mute'; on: boolean }
  | { do: 'sendDtmf'; tones: string; inRtp: boolean }
  | { do: 'transfer'; target: string }
  | { do: 'consult'; target: string; options?: CallOptions | undefined }
  | { do: 'join' | 'goBack' }
  | { do: 'setInput' | 'setOutput'; id: string }
  | { do: 'askMicrophone' };

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
      state: (change) => this.#state(change),
      notice: (notice) => owner.notice(notice),
      askMicrophone: () => owner.askMicrophone(),
      failed: (error) => owner.failed(error),
      perform: (output) => this.#perform(output),
    });
    const { tell } = this.#body.pump;
    this.#stream = new Stream(this.#base, {
      opened: () => tell(STREAM_OPENED),
      closed: () => tell(STREAM_CLOSED),
      pushed: (event, body) => pushed(tell, event, body),
    });
  }

  start(): void {
    const body = this.#body;
    this.#begin();
    body.pump.tell(RESTORE_EVENTS, 0, ...loadArray<unknown>('events').filter(Array.isArray).map(list));
    body.start();
    body.listen(window, 'focus', () => this.do({ do: 'focused' }));
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

  do(command: Command): void {
    const body = this.#body;
    switch (command.do) {
      case 'setStatus':
        return body.pump.tell(SET_STATUS, command.request, command.status, command.subStatus);
      case 'retry':
        return body.pump.tell(RETRY, records.indexOf(command.slice));
      case 'focused':
        return body.pump.tell(FOCUSED);
      case 'call':
        return body.call(command.target, command.options);
      case 'answer':
        return body.answer(command.options);
      case 'end':
        return body.end(command.options);
      case 'hold':
        return body.hold(command.on);
      case 'mute':
        return body.mute(command.on);
      case 'sendDtmf':
        return body.sendDtmf(command.tones, command.inRtp);
      case 'transfer':
        return body.transfer(command.target);
      case 'consult':
        return body.consult(command.target, command.options);
      case 'join':
        return body.join();
      case 'goBack':
        return body.goBack();
      case 'setInput':
        return body.setInput(command.id);
      case 'setOutput':
        return body.setOutput(command.id);
      case 'askMicrophone':
        return void body.askMicrophone();
    }
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
    if (change.session?.status === SessionStatus.WAITING) forgetCall();
    this.#owner.state(change);
    if (change.hash) this.#hasHash = change.hash.data !== undefined;
    if (change.launch) this.#launched = change.launch.data?.login;
    if (this.#hasHash) this.#started(this.#launched);
  }

  /** The phone can be told of calls. */
  #started(login: string | undefined): void {
    if (!login || this.#login === login) return;
    this.#login = login;
    const stored = keptCall(login);
    if (stored) this.#body.resume(stored);
  }

  #perform(output: OtherOutput): void {
    switch (output.type) {
      case 'http':
        return void this.#ask(output);
      case 'openStream':
        return this.#stream.open();
      case 'closeStream':
        return this.#stream.close();
      case 'keepEvents':
        return save('events', output.rest.length > 0 ? JSON.stringify(output.rest) : '');
      case 'dialogChanged':
        // A consultation is not taken up again.
        if (this.#login && output.call >= INCOMING) keepCall(this.#login, output.stored);
        return;
      case 'credentialsRefused':
        // The machine fetches another hash by itself.
        return;
    }
  }

  async #ask(output: HttpOutput): Promise<void> {
    const result = await ask(this.#base, request(output, this.#application), this.#leaving);
    answered(this.#body.pump.tell, output, result);
  }
}

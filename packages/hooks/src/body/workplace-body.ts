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
import type { CallOptions, Status, TerminateOptions } from '../types.js';
import { CallBody, type OtherOutput } from './call-body.js';
import { answered, pushed, request } from './backend.js';
import { ask, baseUrl, Stream } from './http.js';
import { keptUuid, loadArray, save } from './storage.js';

/** What an application, in this tab or another, wants. */
export type Command =
  | { do: 'setStatus'; request: number; status: Status | `${Status}`; subStatus?: string | undefined }
  | { do: 'retry'; slice: Slice }
  | { do: 'focused' }
  | { do: 'call'; target: string; options?: CallOptions | undefined }
  | { do: 'answer'; options?: CallOptions | undefined }
  | { do: 'end'; options?: TerminateOptions | undefined }
  | { do: 'hold' | 'mute'; on: boolean }
  | { do: 'sendDtmf'; tones: string }
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
        return body.sendDtmf(command.tones);
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
    this.#owner.state(change);
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

import type { HttpOutput, Notice, Slice, WorkplaceEngine } from '../engine/contract.js';
import type { State } from '../state.js';
import type { CallcenterEvent, CallOptions, Status, TerminateOptions } from '../types.js';
import { CallBody, type OtherOutput } from './call-body.js';
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
  readonly #body: CallBody<WorkplaceEngine>;
  readonly #base: string;
  readonly #stream: Stream;
  #leaving = false;

  constructor(engine: WorkplaceEngine, application: Application, owner: WorkplaceOwner) {
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
    const { pump } = this.#body;
    this.#stream = new Stream(this.#base, {
      opened: () => pump.tell((e, now) => e.streamOpened(now)),
      closed: () => pump.tell((e, now) => e.streamClosed(now)),
      pushed: (event, body) => pump.tell((e, now) => e.pushed(now, event, body)),
    });
  }

  start(): void {
    const body = this.#body;
    this.#begin();
    body.pump.tell((e, now) => e.restoreEvents(now, loadArray<CallcenterEvent>('events')));
    body.start();
    body.listen(window, 'focus', () => this.do({ do: 'focused' }));
    body.listen(window, 'pagehide', () => {
      this.#leaving = true;
      body.pump.tell((e, now) => e.unload(now));
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
    this.#body.pump.tell((e, now) => e.refuseCalls(now, reason));
  }

  do(command: Command): void {
    const body = this.#body;
    switch (command.do) {
      case 'setStatus':
        return body.pump.tell((e, now) => e.setStatus(now, command.request, command.status, command.subStatus));
      case 'retry':
        return body.pump.tell((e, now) => e.retry(now, command.slice));
      case 'focused':
        return body.pump.tell((e, now) => e.focused(now));
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
    const { project = '', env = '', version = '' } = this.#application;
    this.#leaving = false;
    this.#body.pump.tell((e, now) => e.start(now, project, env, version, keptUuid('profile'), Date.now()));
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
        return save('events', output.events.length > 0 ? JSON.stringify(output.events) : '');
      case 'credentialsRefused':
        // The machine fetches another hash by itself.
        return;
    }
  }

  async #ask(request: HttpOutput): Promise<void> {
    const result = await ask(this.#base, request, this.#leaving);
    this.#body.pump.tell((e, now) => {
      if (result.ok) e.httpAnswered(now, request.id, result.body, result.raw);
      else e.httpFailed(now, request.id, result.status, result.problem);
    });
  }
}

import { parseUri } from '../grammar.js';
import type { IncomingResponse } from '../incoming.js';
import type { RegisterSpec } from '../port.js';
import { randomToken, sipErrorCause } from '../text.js';
import { C } from '../constants.js';
import type { Agent } from './agent.js';
import { address, outgoing } from './outgoing.js';

/** A registrar that wants to be asked more often than this is not, in seconds. */
const LEAST = 10;

/** RFC 5626 §4.5, in seconds. */
const FIRST_RETRY = 30;
const LAST_RETRY = 1800;

/** Of the one address of record (RFC 3261 §10). */
export class Registration {
  readonly #agent: Agent;
  readonly #callId: string;
  #number = 0;
  /** Seconds asked for; a registrar may want more. */
  #expires: number;
  #registered = false;
  /** The REGISTER that is under way; not one that leaves, which another may follow at once. */
  #sent: object | undefined;
  /** Since it went well. */
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(agent: Agent) {
    this.#agent = agent;
    this.#callId = agent.account.callIdPrefix + randomToken(17);
    this.#expires = agent.account.registerExpires;
  }

  register(spec: RegisterSpec): void {
    if (!this.#sent) this.#ask(spec);
  }

  unregister(spec: RegisterSpec, all: boolean): void {
    this.#registered = false;
    this.#sent = undefined;
    this.#ask(spec, true, all);
  }

  /** The connection is. */
  lost(): void {
    this.#registered = false;
    this.#sent = undefined;
    clearTimeout(this.#timer);
  }

  #ask(spec: RegisterSpec, leaves?: boolean, all?: boolean): void {
    clearTimeout(this.#timer);
    const { account } = this.#agent;
    const expires = leaves ? 0 : this.#expires;
    const isSaid = expires > 0 || leaves;
    const contact = `<${account.contactUri}>;+sip.ice;reg-id=1;+sip.instance="<urn:uuid:${account.instanceId}>"`;
    const register = outgoing(
      'REGISTER',
      account.registrarServer,
      {
        routes: this.#agent.preloaded(),
        to: address(account.uri),
        from: address(account.uri, randomToken(10) + spec.fromTagTrail, account.displayName),
        callId: this.#callId,
        cseq: ++this.#number,
      },
      [
        ...(isSaid ? [`Expires: ${expires}`] : []),
        `Contact: ${all ? '*' : `${contact}${isSaid ? `;expires=${expires}` : ''}${spec.contactParams}`}`,
      ],
    );
    register.given = spec.headers;
    const isStale = (): boolean => !leaves && this.#sent !== register;
    const send = (): void => {
      if (!leaves) this.#sent = register;
      if (!this.#agent.launch(register, { answered, failed })) failed('transport');
    };
    const over = (cause: string, message: IncomingResponse | null, again: boolean, retryAfter?: number): void => {
      if (leaves) this.#agent.tell({ type: 'unregistered', message, cause });
      else this.#failed(cause, message, again, retryAfter);
    };
    const failed = (why: string): void => {
      if (isStale()) return;
      if (!leaves) this.#sent = undefined;
      const isTimeout = why === 'timeout';
      // Where the connection broke, the next one registers.
      over(isTimeout ? C.causes.REQUEST_TIMEOUT : C.causes.CONNECTION_ERROR, null, isTimeout);
    };
    const answered = (response: IncomingResponse): void => {
      const { status_code: status } = response;
      if (isStale() || status < 200) return;
      if (!leaves) this.#sent = undefined;
      if (this.#agent.learn(register, response)) {
        register.cseq = ++this.#number;
        return send();
      }
      const number = (name: string): number => parseInt(response.getHeader(name) ?? '', 10);
      if (status < 300) {
        if (leaves) this.#agent.tell({ type: 'unregistered', message: response, cause: null });
        else this.#accepted(response, number('Expires'));
      } else if (status === 423 && !leaves && number('Min-Expires') > this.#expires) {
        this.#expires = number('Min-Expires');
        this.#ask(spec);
      } else {
        over(sipErrorCause(status), response, /^(408|480|50[0234]|600)$/.test(`${status}`), number('Retry-After'));
      }
    };
    send();
  }

  #accepted(response: IncomingResponse, expires: number): void {
    const { account } = this.#agent;
    const user = parseUri(account.contactUri)?.user;
    const own = response.getHeaders('contact').map((_, at) => response.parseHeader('contact', at));
    const contact = own.find((one) => one?.uri.user == user);
    if (!contact) return this.#failed(C.causes.SIP_FAILURE_CODE, response, true);
    const given = parseInt(contact.getParam('expires') ?? '', 10);
    const lasts = Math.max(given >= 0 ? given : expires >= 0 ? expires : this.#expires, LEAST) * 1000;
    const gruu = (name: string): string => (contact.getParam(name) ?? '').replace(/^"|"$/g, '');
    account.pubGruu = gruu('pub-gruu');
    account.tempGruu = gruu('temp-gruu');
    // Hidden pages are woken up to a minute late: well before the end, where there is time.
    this.#due(lasts > 64_000 ? lasts / 2 + Math.random() * (lasts / 2 - 32_000) : lasts - 5000);
    const first = !this.#registered;
    this.#registered = true;
    this.#failures = 0;
    this.#agent.tell({
      type: 'registered',
      first,
      pubGruu: account.pubGruu,
      tempGruu: account.tempGruu,
      message: response,
    });
  }

  #failed(cause: string, message: IncomingResponse | null, again: boolean, retryAfter?: number): void {
    this.#registered = false;
    this.#agent.tell({ type: 'registrationFailed', message, cause });
    if (!again) return;
    // RFC 5626 §4.5
    const most = Math.min(FIRST_RETRY << Math.min(this.#failures++, 6), LAST_RETRY) * 1000;
    this.#due(retryAfter! >= 0 ? retryAfter! * 1000 + Math.random() * 1000 : most * (1 + Math.random() / 2));
  }

  #due(wait: number): void {
    this.#timer = this.#agent.after(wait, () => this.#agent.tell({ type: 'registrationDue' }));
  }
}

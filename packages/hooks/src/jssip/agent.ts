// The engine behind `port.ts`: `crates/jssip/src/agent`.

import { type Machine, newAgent } from './native.js';
import type { Account, EngineEvent, EnginePort } from './port.js';

/** Between two fields. */
const FIELD = '\x1f';
/** Between two items of a list that is a field. */
const ITEM = '\x1e';

type Field = string | number | boolean | null | undefined | readonly string[];

/** Every event's fields in their order: `#` a number, `?` whether. The last one takes all that is left. */
const EVENTS: Record<EngineEvent['type'], string> = {
  send: 'text',
  response: 'request# text',
  noResponse: 'request# why',
  resent: 'request# text',
  request: 'request# dialog# text',
  incoming: 'call# replaces# tag text',
  progress: 'call# text',
  answer: 'call# length# text',
  answered: 'call# text',
  acknowledged: 'call# text',
  ended: 'call# failed? originator cause text',
  reoffered: 'call# request# text',
  renegotiated: 'call# ok? text',
  refresh: 'call#',
  registered: 'first? pubGruu tempGruu text',
  unregistered: 'cause text',
  registrationFailed: 'cause text',
  registrationDue: '',
  authenticated: 'realm ha1',
  transaction: 'kind gone? branch',
};

const written = (field: Field): string => {
  if (typeof field === 'boolean') return field ? '1' : '';
  return typeof field === 'object' && field !== null ? field.join(ITEM) : String(field ?? '');
};

function readEvent(record: string): EngineEvent {
  let rest = record;
  const next = (): string => {
    const end = rest.indexOf(FIELD);
    const field = end < 0 ? rest : rest.slice(0, end);
    rest = end < 0 ? '' : rest.slice(end + 1);
    return field;
  };
  const type = next() as EngineEvent['type'];
  const event: Record<string, unknown> = { type };
  const names = EVENTS[type].split(' ').filter(Boolean);
  names.forEach((name, at) => {
    const field = at === names.length - 1 ? rest : next();
    const is = name.at(-1);
    if (is === '#') event[name.slice(0, -1)] = Number(field);
    else if (is === '?') event[name.slice(0, -1)] = field !== '';
    else event[name] = field;
  });
  if (type === 'answer') {
    const { length, text } = event as { length: number; text: string };
    event['sdp'] = text.slice(0, length);
    event['text'] = text.slice(length);
  }
  if (type === 'unregistered') event['cause'] ||= null;
  return event as EngineEvent;
}

/** A user agent's engine, and the one timer that it needs. */
export class AgentPort implements EnginePort {
  onEvent: (event: EngineEvent) => void = () => {};
  readonly #agent: Machine;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #due = Infinity;

  constructor(account: Account) {
    const fields: Field[] = [
      account.uri,
      account.displayName,
      account.authorizationUser,
      account.password,
      account.realm,
      account.ha1,
      account.authorizationJwt,
      account.contactUri,
      account.viaHost,
      account.instanceId,
      account.registrarServer,
      account.registerExpires,
      account.callIdPrefix,
      account.userAgent,
      account.usePreloadedRoute,
      account.sessionTimers,
      account.refreshMethod === 'INVITE',
      account.forceRefresher,
      account.noAnswerTimeout,
      account.extraHeaders,
      account.allowedMethods,
    ];
    const seed = Array.from(crypto.getRandomValues(new Uint32Array(8)));
    this.#agent = newAgent(seed.join(FIELD), fields.map(written).join(FIELD));
  }

  connected: EnginePort['connected'] = (viaTransport, sipUri) => void this.#tell('connected', viaTransport, sipUri);
  received: EnginePort['received'] = (text) => void this.#tell('received', text);
  disconnected: EnginePort['disconnected'] = () => void this.#tell('disconnected');
  set: EnginePort['set'] = (setting, value) => void this.#tell('set', setting, value);
  register: EnginePort['register'] = ({ fromTagTrail, contactParams, headers }) =>
    void this.#tell('register', fromTagTrail, contactParams, headers);
  unregister: EnginePort['unregister'] = ({ fromTagTrail, contactParams, headers }, all) =>
    void this.#tell('unregister', all, fromTagTrail, contactParams, headers);
  busy: EnginePort['busy'] = () => !!this.#tell('busy');
  quiet: EnginePort['quiet'] = (on) => void this.#tell('quiet', on);

  request: EnginePort['request'] = (spec) => {
    const { method, dialog = 0, target, fromUri, fromDisplayName, fromTag } = spec;
    const { toUri, toDisplayName, callId, cseq } = spec;
    return draft(
      this.#tell(
        'request',
        method,
        dialog,
        target,
        fromUri,
        fromDisplayName,
        fromTag,
        toUri,
        toDisplayName,
        callId,
        cseq,
      ),
    );
  };
  send: EnginePort['send'] = (handle, headers, body) => void this.#tell('send', handle, headers, body !== null, body);
  reply: EnginePort['reply'] = (handle, statusCode, reasonPhrase, headers, body, toTag) =>
    !!this.#tell('reply', handle, statusCode, reasonPhrase, headers, toTag, body !== null, body);
  replyStateless: EnginePort['replyStateless'] = (text, statusCode, reasonPhrase) =>
    !!this.#tell('replyStateless', statusCode, reasonPhrase, text);

  call: EnginePort['call'] = ({ target, fromUri, fromDisplayName, anonymous, sessionExpires }) =>
    draft(this.#tell('call', target, fromUri, fromDisplayName, anonymous, sessionExpires));
  invite: EnginePort['invite'] = (call, headers, sdp) => void this.#tell('invite', call, headers, sdp);
  ring: EnginePort['ring'] = (call, headers) => void this.#tell('ring', call, headers);
  accept: EnginePort['accept'] = (call, headers, sdp, sessionExpires) =>
    !!this.#tell('accept', call, headers, sessionExpires, sdp);
  end: EnginePort['end'] = (call, { statusCode, reasonPhrase, cause, originator, headers, body }) =>
    void this.#tell('end', call, statusCode ?? 0, reasonPhrase, cause, originator, headers, body !== undefined, body);
  offer: EnginePort['offer'] = (call, method, headers, sdp) => void this.#tell('offer', call, method, headers, sdp);
  offering: EnginePort['offering'] = (call) => !!this.#tell('offering', call);
  applied: EnginePort['applied'] = (call) => void this.#tell('applied', call);
  notApplied: EnginePort['notApplied'] = (call, statusCode, cause) =>
    void this.#tell('notApplied', call, statusCode, cause);

  close(): void {
    clearTimeout(this.#timer);
    this.#agent.free();
  }

  #tell(...fields: Field[]): string {
    const answer = this.#agent.input(performance.now(), fields.map(written).join(FIELD));
    for (let event = this.#agent.poll(); event; event = this.#agent.poll()) this.onEvent(readEvent(event));
    this.#wake();
    return answer;
  }

  #wake(): void {
    const due = this.#agent.timeout();
    if (due === this.#due) return;
    clearTimeout(this.#timer);
    this.#due = due;
    if (due === Infinity) return;
    // Browsers' timers end at 2³¹ ms.
    const wait = Math.min(Math.max(0, Math.ceil(due - performance.now())), 2 ** 31 - 1);
    this.#timer = setTimeout(() => {
      this.#due = Infinity;
      this.#tell('tick');
    }, wait);
  }
}

function draft(answer: string): { handle: number; text: string } {
  const end = answer.indexOf(FIELD);
  return { handle: Number(answer.slice(0, end)), text: answer.slice(end + 1) };
}

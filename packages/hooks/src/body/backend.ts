import {
  type EventRecord,
  EVENTS_TAKEN,
  type Field,
  HASH_ARRIVED,
  HTTP_FAILED,
  type HttpOutput,
  LAUNCH_ARRIVED,
  REGISTRARS_ARRIVED,
  STATUS_ARRIVED,
  type Tell,
} from '../engine/contract.js';
import { list } from '../engine/fields.js';
import { eventOf } from '../engine/records.js';
import type { HttpRequest, HttpResult } from './http.js';

// The backend's HTTP API as the engine asks for it and hears of it. Answers are read leniently: a field more is no harm;
// where one is missing that the engine cannot do without, the engine says so.

type Json = Record<string, unknown>;

/** In the engine's order: hash, launch, status, status set, registrars, events. */
const REQUESTS = ['POST hash', 'GET launch', 'GET status', 'PUT status', 'GET registrars', 'POST events'];
const PUT_STATUS = 3;
const EVENTS = 5;

/** Who sends the events. */
interface Sender {
  project?: string | undefined;
  env?: string | undefined;
  version?: string | undefined;
}

export function request({ resource, rest }: HttpOutput, sender: Sender): HttpRequest {
  const [method = '', name] = REQUESTS[resource]?.split(' ') ?? [];
  const asked: HttpRequest = { method, path: `/v1/telephony/${name}` };
  if (resource === PUT_STATUS) {
    const [status, sub_status, version] = rest as [string, string, number?];
    asked.body = JSON.stringify({ status, sub_status: sub_status || undefined });
    if (version !== undefined) asked.ifMatch = String(version);
  } else if (resource === EVENTS) {
    const { project = '', env = '', version = '' } = sender;
    asked.body = JSON.stringify({ events: (rest as EventRecord[]).map(eventOf), project, env, version });
  }
  return asked;
}

/** Tells the engine how a request went. */
export function answered(tell: Tell, { id, resource }: HttpOutput, result: HttpResult): void {
  if (!result.ok) {
    const { code, title, detail = title, login_url, retry_after_s, current } = object(result.problem);
    const fields = [result.status, code, login_url, retry_after_s].map(scalar);
    return tell(HTTP_FAILED, id, ...fields, ...status(current), scalar(detail));
  }
  const body = object(result.body);
  switch (resource) {
    case 0:
      return tell(HASH_ARRIVED, id, ...[body.login, body.username, body.hash, body.expires_in].map(scalar));
    case 1: {
      const fields = [body.login, body.display_name, object(body.sip).domain, body.poll_s ?? 15].map(scalar);
      return tell(LAUNCH_ARRIVED, id, ...fields, registrarList(body.registrars), ...status(body.status), result.raw);
    }
    case 4:
      return registrars(tell, id, body);
    case EVENTS:
      return tell(EVENTS_TAKEN, id);
    default:
      return tell(STATUS_ARRIVED, id, ...status(body));
  }
}

/** Tells the engine what the event stream said. */
export function pushed(tell: Tell, event: string, body: object): void {
  if (event === 'status') tell(STATUS_ARRIVED, 0, ...status(body));
  else registrars(tell, 0, object(body));
}

function registrars(tell: Tell, id: number, body: Json): void {
  tell(REGISTRARS_ARRIVED, id, scalar(body.version), registrarList(body.registrars));
}

/** Those that can be registered with. */
export function registrarList(value: unknown): string {
  const items: Field[] = [];
  for (const item of Array.isArray(value) ? value : []) {
    const { id, uri, weight = 1, reg_id } = object(item);
    const fields = [id, uri, weight, reg_id].map(scalar);
    if (fields.every((field) => field !== '')) items.push(...fields);
  }
  return list(items);
}

function status(value: unknown): Field[] {
  const { status, sub_status, since, version, by, next } = object(value);
  const after = object(next);
  return [status, sub_status, since, version, by, after.status, after.sub_status].map(scalar);
}

function object(value: unknown): Json {
  return typeof value === 'object' && value ? (value as Json) : {};
}

/** Empty where there is nothing that a field can hold. */
function scalar(value: unknown): string | number {
  return typeof value === 'string' || typeof value === 'number' ? value : '';
}

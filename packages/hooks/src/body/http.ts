import { STREAM_CLOSED, STREAM_OPENED, type Tell } from '../engine/contract.js';
import { pushed } from './backend.js';

/** One request to the backend. */
export interface HttpRequest {
  method: string;
  path: string;
  body?: string;
  /** A version, without its quotes. */
  ifMatch?: string;
}

/** How a request went. `status` 0: the network failed, or something else than JSON answered. */
export type HttpResult =
  { ok: true; body: object; raw: string } | { ok: false; status: number; problem: object | undefined };

/** The backend's base address: of an origin, a bare host name, or empty for the page's own origin. */
export function baseUrl(host: string): string {
  const bare = host.trim().replace(/\/+$/, '');
  if (bare === '' || /^https?:\/\//i.test(bare)) return bare;
  return `${globalThis.location?.protocol === 'http:' ? 'http:' : 'https:'}//${bare.replace(/^\/\//, '')}`;
}

/** Asks the backend with the operator's cookie. Never rejects; `keepalive` outlives the page. */
export async function ask(
  base: string,
  { method, path, body, ifMatch }: HttpRequest,
  keepalive = false,
): Promise<HttpResult> {
  const headers: Record<string, string> = { Accept: 'application/json', 'X-Headset-Request': '1' };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (ifMatch !== undefined) headers['If-Match'] = `"${ifMatch}"`;
  try {
    const response = await fetch(base + path, {
      method,
      headers,
      body: body ?? null,
      credentials: 'include',
      cache: 'no-store',
      keepalive,
      signal: AbortSignal.timeout(10_000),
    });
    const raw = await response.text();
    const parsed = parseObject(raw);
    if (!response.ok) return { ok: false, status: response.status, problem: parsed };
    if (parsed) return { ok: true, body: parsed, raw };
    if (raw === '') return { ok: true, body: {}, raw: '{}' };
    return failure(`${response.url} answered without JSON`);
  } catch (error) {
    return failure(String(error));
  }
}

function failure(detail: string): HttpResult {
  return { ok: false, status: 0, problem: { code: 'network', detail } };
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The backend's server-sent events. */
export class Stream {
  readonly #url: string;
  readonly #tell: Tell;
  #source: EventSource | undefined;

  constructor(base: string, tell: Tell) {
    this.#url = `${base}/v1/telephony/stream`;
    this.#tell = tell;
  }

  open(): void {
    this.close();
    const source = new EventSource(this.#url, { withCredentials: true });
    this.#source = source;
    source.onopen = () => this.#tell(STREAM_OPENED);
    source.onerror = () => {
      // Left alone it would try again without the engine's back-off.
      this.close();
      this.#tell(STREAM_CLOSED);
    };
    for (const event of ['status', 'registrars']) {
      source.addEventListener(event, ({ data }: MessageEvent<string>) => {
        const body = parseObject(data);
        if (body) pushed(this.#tell, event, body);
      });
    }
  }

  close(): void {
    this.#source?.close();
    this.#source = undefined;
  }
}

/** Who is logged in. */
export interface Account {
  login: string;
  display_name: string;
  role: string;
  is_operator: boolean;
}

/** Why the backend did not do what it was asked. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** The HTTP status; 0 where no answer came. */
  readonly status: number;
  /** The problem document's stable code, else `network` or `http_<status>`. */
  readonly code: string;
  /** How long to wait before the next try, in seconds. */
  readonly retryAfter: number | undefined;

  constructor(status: number, code: string, message: string, retryAfter?: number) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }

  /** For the engineer: one line. */
  get technical(): string {
    return `${this.code} (HTTP ${this.status}): ${this.message}`;
  }
}

/** The account behind the cookie; `null` where nobody is logged in. */
export async function fetchAccount(signal?: AbortSignal): Promise<Account | null> {
  try {
    return await request<Account>('GET', '/v1/auth/me', undefined, signal);
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

export function logIn(credentials: { login: string; password: string }): Promise<Account> {
  return request<Account>('POST', '/v1/auth/login', credentials);
}

export async function logOut(): Promise<void> {
  try {
    await request<void>('POST', '/v1/auth/logout');
  } catch (error) {
    // Nobody is logged in any more: that is what was wanted.
    if (!(error instanceof ApiError && error.status === 401)) throw error;
  }
}

async function request<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      credentials: 'same-origin',
      headers: {
        Accept: 'application/json',
        'X-Headset-Request': '1',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, 'network', error instanceof Error ? error.message : String(error));
  }
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as T;
  throw await problem(response);
}

async function problem(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => undefined);
  const field = (name: string): unknown =>
    typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined;
  const code = field('code');
  const detail = field('detail') ?? field('title');
  const wait = Number(field('retry_after_s') ?? response.headers.get('Retry-After') ?? Number.NaN);
  return new ApiError(
    response.status,
    typeof code === 'string' ? code : `http_${response.status}`,
    typeof detail === 'string' ? detail : response.statusText,
    Number.isFinite(wait) && wait > 0 ? wait : undefined,
  );
}

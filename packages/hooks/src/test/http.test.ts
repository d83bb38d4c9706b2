import { afterEach, describe, expect, it, vi } from 'vitest';
import { ask, baseUrl } from '../body/http.js';

afterEach(() => vi.unstubAllGlobals());

function answers(response: Response | Error) {
  const fetch = vi.fn(() => (response instanceof Error ? Promise.reject(response) : Promise.resolve(response)));
  vi.stubGlobal('fetch', fetch);
  return fetch;
}

describe('the backend’s address', () => {
  it.each([
    ['', ''],
    ['https://cc.example/', 'https://cc.example'],
    ['http://localhost:8080', 'http://localhost:8080'],
    ['cc.example', `${location.protocol === 'http:' ? 'http:' : 'https:'}//cc.example`],
    ['//cc.example', `${location.protocol === 'http:' ? 'http:' : 'https:'}//cc.example`],
  ])('%j is %j', (host, base) => expect(baseUrl(host)).toBe(base));
});

describe('asking the backend', () => {
  it('sends the cookie, the header against forgery, and the version that a change is based on', async () => {
    const fetch = answers(new Response('{"a":1}'));
    const result = await ask('https://cc.example', { method: 'PUT', path: '/v1/x', body: '{}', ifMatch: '7' });
    expect(result).toEqual({ ok: true, body: { a: 1 }, raw: '{"a":1}' });
    const [url, init] = fetch.mock.calls[0] as unknown as [string, RequestInit];
    expect(url).toBe('https://cc.example/v1/x');
    expect(init).toMatchObject({ method: 'PUT', credentials: 'include', keepalive: false });
    expect(init.headers).toMatchObject({
      'X-Headset-Request': '1',
      'If-Match': '"7"',
      'Content-Type': 'application/json',
    });
  });

  it('gives a refusal with its problem document', async () => {
    answers(new Response('{"code":"not_an_operator"}', { status: 403 }));
    expect(await ask('', { method: 'GET', path: '/' })).toEqual({
      ok: false,
      status: 403,
      problem: { code: 'not_an_operator' },
    });
    answers(new Response('<h1>Bad gateway</h1>', { status: 502 }));
    expect(await ask('', { method: 'GET', path: '/' })).toEqual({ ok: false, status: 502, problem: undefined });
  });

  it('takes a page for a failed network: a wrong host answers with one', async () => {
    answers(new Response('<!doctype html>'));
    expect(await ask('', { method: 'GET', path: '/' })).toMatchObject({
      ok: false,
      status: 0,
      problem: { code: 'network' },
    });
  });

  it('never rejects', async () => {
    answers(new TypeError('Failed to fetch'));
    expect(await ask('', { method: 'GET', path: '/' })).toMatchObject({ ok: false, status: 0 });
  });

  it('takes an empty answer for an empty object', async () => {
    answers(new Response(null, { status: 204 }));
    expect(await ask('', { method: 'POST', path: '/' })).toEqual({ ok: true, body: {}, raw: '{}' });
  });
});

import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { MakeEngine } from '../engine/contract.js';

// An empty module: magic and version.
vi.mock('../engine/generated/workplace-inlined.js', () => ({ default: 'AGFzbQEAAAA=' }));

// The smallest module with a section: a page's answer of eight bytes is no engine.
const wasm = Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 0, 2, 1, 0x78]);

beforeEach(() => {
  vi.resetModules();
});

async function load(url?: string): Promise<MakeEngine> {
  return (await import('../engine/workplace.js')).loadWorkplace(url);
}

describe('the engine', () => {
  it('is fetched once from beside the package', async () => {
    const fetch = vi.spyOn(globalThis, 'fetch').mockImplementation(() => Promise.resolve(new Response(wasm)));
    const { loadWorkplace } = await import('../engine/workplace.js');
    await Promise.all([loadWorkplace(), loadWorkplace()]);
    await loadWorkplace();
    expect(fetch).toHaveBeenCalledTimes(1);
    expect(String(fetch.mock.calls[0]?.[0])).toMatch(/generated\/workplace\.wasm$/);
  });

  it('is fetched from wasmUrl where that is given', async () => {
    const fetch = vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response(wasm));
    await load('https://cdn.example/engine.wasm');
    expect(fetch.mock.calls[0]?.[0]).toBe('https://cdn.example/engine.wasm');
  });

  it.each([
    ['a page', () => Promise.resolve(new Response('<!doctype html>'))],
    ['a 404', () => Promise.resolve(new Response(wasm, { status: 404 }))],
    ['nothing', () => Promise.reject(new TypeError('Failed to fetch'))],
  ])('is taken from its inlined copy where %s answers, with one hint', async (_, answer) => {
    vi.spyOn(globalThis, 'fetch').mockImplementation(answer);
    const hint = vi.spyOn(console, 'info').mockReturnValue();
    await expect(load()).resolves.toBeTypeOf('function');
    expect(hint).toHaveBeenCalledTimes(1);
  });

  it('that could not be had is tried again', async () => {
    vi.spyOn(console, 'info').mockReturnValue();
    vi.spyOn(globalThis, 'fetch').mockResolvedValueOnce(
      new Response(Uint8Array.of(0, 0x61, 0x73, 0x6d, 9, 9, 9, 9, 9)),
    );
    const { loadWorkplace } = await import('../engine/workplace.js');
    await expect(loadWorkplace()).rejects.toThrow();
    vi.mocked(fetch).mockResolvedValueOnce(new Response(wasm));
    await expect(loadWorkplace()).resolves.toBeTypeOf('function');
  });
});

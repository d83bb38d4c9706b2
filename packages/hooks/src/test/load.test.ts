import { beforeEach, describe, expect, it, vi } from 'vitest';

const initSync = vi.fn();
vi.mock('../engine/generated/headset.js', () => ({ initSync, Workplace: class {}, Phone: class {} }));
// An empty module: magic and version.
vi.mock('../engine/generated/inlined.js', () => ({ default: 'AGFzbQEAAAA=' }));

// The smallest module with a section: a page's answer of eight bytes is no engine.
const wasm = Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 0, 2, 1, 0x78]);

beforeEach(() => {
  vi.resetModules();
  initSync.mockClear();
});

async function load(url?: string): Promise<void> {
  return (await import('../engine/load.js')).loadEngine(url);
}

describe('the engine', () => {
  it('is fetched once from beside the package', async () => {
    const fetch = vi.spyOn(globalThis, 'fetch').mockImplementation(() => Promise.resolve(new Response(wasm)));
    const { loadEngine } = await import('../engine/load.js');
    await Promise.all([loadEngine(), loadEngine()]);
    await loadEngine();
    expect(fetch).toHaveBeenCalledTimes(1);
    expect(String(fetch.mock.calls[0]?.[0])).toMatch(/generated\/headset_bg\.wasm$/);
    expect(initSync).toHaveBeenCalledTimes(1);
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
    await load();
    expect(initSync.mock.calls[0]?.[0]).toEqual({ module: expect.any(WebAssembly.Module) });
    expect(hint).toHaveBeenCalledTimes(1);
  });

  it('that could not be had is tried again', async () => {
    vi.spyOn(console, 'info').mockReturnValue();
    vi.spyOn(globalThis, 'fetch').mockResolvedValueOnce(
      new Response(Uint8Array.of(0, 0x61, 0x73, 0x6d, 9, 9, 9, 9, 9)),
    );
    const { loadEngine } = await import('../engine/load.js');
    await expect(loadEngine()).rejects.toThrow();
    vi.mocked(fetch).mockResolvedValueOnce(new Response(wasm));
    await expect(loadEngine()).resolves.toBeUndefined();
  });
});

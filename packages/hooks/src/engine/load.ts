import { initSync } from './generated/headset.js';

let loading: Promise<void> | undefined;

/**
 * The engine, once per page. It comes from `wasmUrl`, else from the file beside this module; where a bundler did not
 * serve that, from a chunk that holds it as text.
 *
 * Rejects when it can be had from nowhere; the next call tries again.
 */
export function loadEngine(wasmUrl?: string): Promise<void> {
  loading ??= compile(wasmUrl).then(
    (module) => void initSync({ module }),
    (error: unknown) => {
      loading = undefined;
      throw error;
    },
  );
  return loading;
}

async function compile(wasmUrl?: string): Promise<WebAssembly.Module> {
  const url = wasmUrl ?? new URL('./generated/headset_bg.wasm', import.meta.url).href;
  const bytes = (await fetchWasm(url)) ?? (await inlined(url));
  return WebAssembly.compile(bytes);
}

/** `undefined` where something else than wasm answers: a 404, or a single-page application's index.html. */
async function fetchWasm(url: string): Promise<BufferSource | undefined> {
  try {
    const response = await fetch(url, { credentials: 'same-origin' });
    const bytes = await response.arrayBuffer();
    const isWasm = bytes.byteLength > 8 && new DataView(bytes).getUint32(0) === 0x0061736d;
    return response.ok && isWasm ? bytes : undefined;
  } catch {
    return undefined;
  }
}

async function inlined(url: string): Promise<BufferSource> {
  const { default: base64 } = await import('./generated/inlined.js');
  console.info(`headset-hooks: ${url} did not answer as wasm; a bigger inlined copy is used. Set wasmUrl to avoid it.`);
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
}

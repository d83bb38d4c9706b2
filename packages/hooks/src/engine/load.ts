import type { MakeEngine } from './contract.js';
import { machine } from './machine.js';

/** Where a machine's wasm is: its exports begin with `name`. */
export interface Source {
  name: string;
  /** The file beside this module. */
  url: () => string;
  /** A chunk that holds it as text, where a bundler did not serve the file. */
  inlined: () => Promise<{ default: string }>;
}

/**
 * Loads a machine, once per page; from `wasmUrl` if that is given.
 *
 * Rejects when it can be had from nowhere; the next call tries again.
 */
export function loader(source: Source): (wasmUrl?: string) => Promise<MakeEngine> {
  let loading: Promise<MakeEngine> | undefined;
  return (wasmUrl) => {
    loading ??= compile(source, wasmUrl ?? source.url()).then(
      (module) => (seed) => machine(module, source.name, seed),
      (error: unknown) => {
        loading = undefined;
        throw error;
      },
    );
    return loading;
  };
}

async function compile(source: Source, url: string): Promise<WebAssembly.Module> {
  return WebAssembly.compile((await fetchWasm(url)) ?? (await inlined(source, url)));
}

/** `undefined` where something else than wasm answers: a 404, or a single-page application's index.html. */
async function fetchWasm(url: string): Promise<BufferSource | undefined> {
  try {
    const response = await fetch(url, { credentials: 'same-origin' });
    const bytes = await response.arrayBuffer();
    const isWasm = new DataView(bytes).getUint32(0) === 0x0061736d;
    return response.ok && isWasm ? bytes : undefined;
  } catch {
    return undefined;
  }
}

async function inlined(source: Source, url: string): Promise<BufferSource> {
  const { default: base64 } = await source.inlined();
  console.info(`headset-hooks: no wasm at ${url}; set wasmUrl`);
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
}

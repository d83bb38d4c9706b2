import type { Engine } from './contract.js';

/** What wasm-bindgen exports for functions of texts; their names begin with the machine's. */
interface Exports {
  memory: WebAssembly.Memory;
  __wbindgen_malloc(size: number, align: number): number;
  __wbindgen_free(at: number, size: number, align: number): void;
  [name: string]: unknown;
}

type Text = [at: number, size: number];

/**
 * A machine in an instance of its own: with it goes its memory, whatever state it is in when the page lets go of it.
 *
 * @param name what the exports' names begin with
 */
export function machine(module: WebAssembly.Module, name: string, seed: string): Engine {
  const imports: Record<string, Record<string, () => void>> = {};
  // Nothing of the page is called: what is imported prepares for objects, which none cross, or is called before a trap.
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    (imports[from] ??= {})[name] = () => undefined;
  }
  const wasm = new WebAssembly.Instance(module, imports).exports as unknown as Exports;
  const method = (called: string): ((...values: number[]) => unknown) => wasm[`${name}_${called}`] as never;
  // Into memory that the machine frees.
  const write = (text: string): Text => {
    const bytes = new TextEncoder().encode(text);
    const at = wasm.__wbindgen_malloc(bytes.length, 1) >>> 0;
    new Uint8Array(wasm.memory.buffer).set(bytes, at);
    return [at, bytes.length];
  };
  method('new')(...write(seed));
  return {
    tell: (told) => {
      const [at, size] = method('tell')(...write(told)) as Text;
      const text = new TextDecoder().decode(new Uint8Array(wasm.memory.buffer, at, size));
      wasm.__wbindgen_free(at, size, 1);
      return text;
    },
  };
}

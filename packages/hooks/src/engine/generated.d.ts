// What `cargo xtask wasm` writes, and the chunk that the build makes of it: known before they are there.
declare module '*/generated/headset.js' {
  export function initSync(input: { module: WebAssembly.Module }): unknown;
  export const Workplace: unknown;
  export const Phone: unknown;
}

declare module '*/generated/inlined.js' {
  const base64: string;
  export default base64;
}

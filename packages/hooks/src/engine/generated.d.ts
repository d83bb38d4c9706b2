// The chunks that the build makes of the wasm: known before they are there.
declare module '*-inlined.js' {
  const base64: string;
  export default base64;
}

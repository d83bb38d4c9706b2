// What `cargo xtask wasm` writes: known before it is there.
declare module '*/generated/jssip.js' {
  export function initSync(input: { module: WebAssembly.Module }): { memory: WebAssembly.Memory };
  export class Reader {
    input(length: number): number;
    read(rule: number, length: number): number;
    table(): number;
    md5(length: number): void;
  }
  export class Agent {
    constructor(random: string, account: string);
    input(now: number, text: string): string;
    poll(): string;
    timeout(): number;
    free(): void;
  }
}

declare module '*/generated/jssip_text.js' {
  const inlined: [singles: string, text: string];
  export default inlined;
}

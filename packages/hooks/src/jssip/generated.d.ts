declare module '*/generated/jssip_text.js' {
  const inlined: [singles: string, text: string];
  export default inlined;
}

import { loader } from './load.js';

/** A phone alone; a page that needs one machine does not load the other. */
export const loadPhone = /* @__PURE__ */ loader({
  name: 'phone',
  url: () => new URL('./generated/phone.wasm', import.meta.url).href,
  inlined: () => import('./generated/phone-inlined.js'),
});

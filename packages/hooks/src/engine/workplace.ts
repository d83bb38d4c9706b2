import { loader } from './load.js';

/** The operator's machine; a page that needs one machine does not load the other. */
export const loadWorkplace = /* @__PURE__ */ loader({
  name: 'workplace',
  url: () => new URL('./generated/workplace.wasm', import.meta.url).href,
  inlined: () => import('./generated/workplace-inlined.js'),
});

import { Grammar } from '../grammar.js';

export const { parse } = Grammar;
export { Grammar as default };

import { Grammar } from '../grammar.js';

export const { parse, toSource } = Grammar;
export { Grammar as default };

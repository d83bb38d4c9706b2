export * from '../grammar.js';
export * as default from '../grammar.js';

export type Grammar = any;

/** What a start rule makes of a text; -1 where they do not fit. Throws where there is no such rule. */
export function parse(input: string, startRule?: string): Grammar;

export function toSource(): any;

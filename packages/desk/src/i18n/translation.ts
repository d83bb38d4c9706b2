import type { en } from './en';

type PluralForm = 'few' | 'many';

/** The same keys with any text; where English has a plural (`…_other`), the further plural forms as well. */
type Section<T> = { readonly [K in keyof T]: string } & {
  readonly [K in keyof T as K extends `${infer Base}_other` ? `${Base}_${PluralForm}` : never]?: string;
};

/** What a language must bring: every key of the English texts. */
export type Translation = { readonly [S in keyof typeof en]: Section<(typeof en)[S]> };

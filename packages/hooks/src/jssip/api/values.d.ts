import type { Grammar } from './grammar.js';

export type URIScheme = 'sip' | string;
/** A flag's value is `null`. */
export type Parameters = Record<string, string | null>;
export type Headers = Record<string, string | string[]>;

/** A SIP URI. */
export class URI {
  constructor(
    scheme: URIScheme | null | undefined,
    user: string | null | undefined,
    host: string,
    port?: number | null,
    parameters?: Parameters,
    headers?: Headers,
  );
  /** `undefined` where the text is no SIP URI. */
  static parse(uri: string): Grammar | undefined;
  scheme: URIScheme;
  /** Without its escapes. */
  user: string;
  host: string;
  port: number;
  setParam(key: string, value?: string | number | null): void;
  getParam<T = unknown>(key: string): T;
  hasParam(key: string): boolean;
  deleteParam(key: string): any;
  clearParams(): void;
  setHeader(key: string, value: string | string[]): void;
  getHeader(key: string): string[];
  hasHeader(key: string): boolean;
  deleteHeader(key: string): any;
  clearHeaders(): void;
  clone(): this;
  toString(): string;
  /** Without parameters and headers. */
  toAor(show_port?: boolean): string;
}

/** An address as From, To and Contact have it. */
export class NameAddrHeader {
  constructor(uri: URI, display_name?: string | null, parameters?: Parameters);
  /** `undefined` where the text is no such address. */
  static parse(uri: string): Grammar | undefined;
  get uri(): URI;
  get display_name(): string;
  set display_name(value: string);
  setParam(key: string, value?: string | number | null): void;
  getParam<T = any>(key: string): T;
  hasParam(key: string): boolean;
  deleteParam(key: string): any;
  clearParams(): void;
  clone(): this;
  toString(): string;
}

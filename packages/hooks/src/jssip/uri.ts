import { parseUri } from './grammar.js';
import { type ParameterValue, WithParameters } from './params.js';
import { escapeUser, headerize } from './text.js';

/** A SIP URI. */
export class URI extends WithParameters {
  _scheme: string;
  _user: string | null | undefined;
  _host: string;
  _port: number | null | undefined;
  _headers: Record<string, string[]> = {};

  /** `undefined` where the text is no SIP URI. */
  static parse(text: string): URI | undefined {
    return parseUri(text);
  }

  constructor(
    scheme: string | null | undefined,
    user: string | null | undefined,
    host: string,
    port?: number | null,
    parameters?: Record<string, ParameterValue>,
    headers?: Record<string, string | string[]>,
  ) {
    super();
    if (!host) throw new TypeError('missing or invalid "host" parameter');
    this._scheme = scheme || 'sip';
    this._user = user;
    this._host = host;
    this._port = port;
    for (const [name, value] of Object.entries(parameters ?? {})) this.setParam(name, value);
    for (const [name, value] of Object.entries(headers ?? {})) this.setHeader(name, value);
  }

  get scheme(): string {
    return this._scheme;
  }

  set scheme(value: string) {
    this._scheme = value.toLowerCase();
  }

  /** Without its escapes. */
  get user(): string | null | undefined {
    return this._user;
  }

  set user(value: string | null | undefined) {
    this._user = value;
  }

  get host(): string {
    return this._host;
  }

  set host(value: string) {
    this._host = value.toLowerCase();
  }

  get port(): number | null | undefined {
    return this._port;
  }

  set port(value: number | string | null | undefined) {
    this._port = value === 0 ? value : parseInt(value as string, 10) || null;
  }

  setHeader(name: string, value: string | string[]): void {
    this._headers[headerize(name)] = Array.isArray(value) ? value : [value];
  }

  getHeader(name: string): string[] | undefined {
    return name && this.hasHeader(name) ? this._headers[headerize(name)] : undefined;
  }

  hasHeader(name: string): boolean {
    return !!name && Object.hasOwn(this._headers, headerize(name));
  }

  deleteHeader(name: string): string[] | undefined {
    const value = this.getHeader(name);
    delete this._headers[headerize(name)];
    return value;
  }

  clearHeaders(): void {
    this._headers = {};
  }

  clone(): URI {
    const uri = new URI(this._scheme, this._user, this._host || '-', this._port, this._parameters);
    uri._host = this._host;
    uri._headers = structuredClone(this._headers);
    return uri;
  }

  override toString(): string {
    const headers = Object.entries(this._headers).flatMap(([name, values]) =>
      values.map((value) => `${name}=${value}`),
    );
    return this.toAor(true) + this._params() + (headers.length ? `?${headers.join('&')}` : '');
  }

  /** Without parameters and headers. */
  toAor(showPort?: boolean): string {
    const user = this._user ? escapeUser(this._user) : '';
    const port = showPort && (this._port || this._port === 0) ? `:${this._port}` : '';
    // A telephone number has no host.
    return `${this._scheme}:${user}${user && this._host ? '@' : ''}${this._host}${port}`;
  }
}

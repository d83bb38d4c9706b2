import { parseAddress } from './grammar.js';
import { type ParameterValue, WithParameters } from './params.js';
import { URI } from './uri.js';

/** An address as From, To and Contact have it: `"Alice" <sip:alice@example.com>;tag=1`. */
export class NameAddrHeader extends WithParameters {
  _uri: URI;
  _display_name: string | null | undefined;

  /** `undefined` where the text is no such address. */
  static parse(text: string): NameAddrHeader | undefined {
    return parseAddress(text);
  }

  constructor(uri: URI, displayName?: string | number | null, parameters?: Record<string, ParameterValue> | null) {
    super();
    if (!(uri instanceof URI)) throw new TypeError('missing or invalid "uri" parameter');
    this._uri = uri;
    this.display_name = displayName;
    for (const [name, value] of Object.entries(parameters ?? {})) this.setParam(name, value);
  }

  get uri(): URI {
    return this._uri;
  }

  get display_name(): string | null | undefined {
    return this._display_name;
  }

  set display_name(value: string | number | null | undefined) {
    this._display_name = value === 0 ? '0' : (value as string);
  }

  clone(): NameAddrHeader {
    return new NameAddrHeader(this._uri.clone(), this._display_name, this._parameters);
  }

  override toString(): string {
    const name = this._display_name ? `"${String(this._display_name).replace(/[\\"]/g, '\\$&')}" ` : '';
    return `${name}<${this._uri}>${this._params()}`;
  }
}

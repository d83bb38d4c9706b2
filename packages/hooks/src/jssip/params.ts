/** Parameters of a URI or a header value. Names are kept in lower case; a value of `null` is a flag's. */
export type Parameters = Record<string, string | null>;

/** What `setParam` takes: anything is written as text. */
export type ParameterValue = string | number | boolean | null | undefined;

/** Parameters, as URIs and addresses have them. */
export class WithParameters {
  _parameters: Parameters = {};

  setParam(key: string, value?: ParameterValue): void {
    if (key) this._parameters[key.toLowerCase()] = value === undefined || value === null ? null : value.toString();
  }

  /** `null` for a flag, `undefined` where there is none. */
  getParam(key: string): string | null | undefined {
    return this.hasParam(key) ? this._parameters[key.toLowerCase()] : undefined;
  }

  hasParam(key: string): boolean {
    return !!key && Object.hasOwn(this._parameters, key.toLowerCase());
  }

  /** What it was. */
  deleteParam(key: string): string | null | undefined {
    const value = this.getParam(key);
    delete this._parameters[key.toLowerCase()];
    return value;
  }

  clearParams(): void {
    this._parameters = {};
  }

  _params(): string {
    let text = '';
    for (const [name, value] of Object.entries(this._parameters))
      text += value === null ? `;${name}` : `;${name}=${value}`;
    return text;
  }
}

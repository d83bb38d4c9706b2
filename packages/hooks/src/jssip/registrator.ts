import type { UA } from './ua.js';

/** The user agent's registration. */
export class Registrator {
  _ua: UA;
  _registered = false;
  _extraHeaders: string[] = [];
  _extraContactParams = '';

  constructor(ua: UA) {
    this._ua = ua;
  }

  get registered(): boolean {
    return this._registered;
  }

  /** Of every REGISTER from now on. */
  setExtraHeaders(extraHeaders: string[]): void {
    this._extraHeaders = Array.isArray(extraHeaders) ? [...extraHeaders] : [];
  }

  /** Of the Contact in every REGISTER from now on; a value that is empty makes a flag. */
  setExtraContactParams(params: Record<string, unknown>): void {
    const pairs = Object.entries(params instanceof Object ? params : {});
    this._extraContactParams = pairs.map(([name, value]) => (value ? `;${name}=${value}` : `;${name}`)).join('');
  }

  register(): void {
    const trail = this._ua.configuration.register_from_tag_trail;
    this._ua._port().register({ ...this._spec(), fromTagTrail: typeof trail === 'function' ? trail() : trail });
  }

  /** `all` clears what other pages registered too. */
  unregister(options: { all?: boolean } = {}): void {
    if (this._registered || options.all)
      this._ua._port().unregister({ ...this._spec(), fromTagTrail: '' }, !!options.all);
    this._registered = false;
  }

  close(): void {
    if (this._registered) this.unregister();
  }

  _spec(): { headers: string[]; contactParams: string } {
    return { headers: this._extraHeaders, contactParams: this._extraContactParams };
  }
}

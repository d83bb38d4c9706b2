import type { NameAddrHeader, URI } from './values.js';

/** A message that came. */
export class IncomingMessage {
  method: string;
  from: NameAddrHeader;
  from_tag: string;
  to: NameAddrHeader;
  to_tag: string;
  call_id: string;
  cseq: number;
  body: string;
  /** The whole text. */
  data: string;
  headers: Record<string, { raw: string; parsed?: any }[]>;
  countHeader(name: string): number;
  /** The first one's text. */
  getHeader(name: string): string;
  getHeaders(name: string): string[];
  hasHeader(name: string): boolean;
  /** What the header says; `undefined` where there is none or it cannot be read. */
  parseHeader<T = unknown>(name: string, idx?: number): T;
  /** `parseHeader`, shorter. */
  s<T = any>(name: string, idx?: number): T;
  addHeader(name: string, value: string): void;
  setHeader(name: string, value: string): void;
  /** The body as npm's `sdp-transform` reads it. */
  parseSDP(force?: boolean): any;
  toString(): string;
}

/** A request that came. */
export class IncomingRequest extends IncomingMessage {
  ruri: URI;
  reply(
    code: number,
    reason?: string | null,
    extraHeaders?: string[] | null,
    body?: string | null,
    onSuccess?: () => void,
    onFailure?: () => void,
  ): void;
  reply_sl(code: number, reason?: string | null): void;
}

/** A response that came. */
export class IncomingResponse extends IncomingMessage {
  status_code: number;
  reason_phrase: string;
}

/** A request of ours. Until it is sent, what is changed in it is what is sent. */
export class OutgoingRequest {
  method: string;
  ruri: URI;
  cseq: number;
  call_id: string;
  from: NameAddrHeader;
  to: NameAddrHeader;
  body: string;
  headers: Record<string, string[]>;
  extraHeaders: string[];
  setHeader(name: string, value: string | string[]): void;
  getHeader(name: string): string;
  getHeaders(name: string): string[];
  hasHeader(name: string): boolean;
  parseSDP(force?: boolean): any;
  clone(): this;
  toString(): string;
}

import type { Account } from '../port.js';
import { utf8Length } from '../text.js';

/** A request of ours as it is being made, in the order of its lines. */
export interface Outgoing {
  method: string;
  uri: string;
  routes: readonly string[];
  to: string;
  from: string;
  callId: string;
  cseq: number;
  /** Lines with credentials, of the last time it was sent. */
  credentials: readonly string[];
  /** The application's lines. */
  given: readonly string[];
  /** Ours, also among those above where the application had them to change. */
  own: readonly string[];
  isGivenWhole: boolean;
  body: string | null;
  /** Whose challenges it answered. */
  realms: string[];
}

export type Address = Pick<Outgoing, 'routes' | 'to' | 'from' | 'callId' | 'cseq'>;

export const outgoing = (method: string, uri: string, address: Address, own: string[] = []): Outgoing => ({
  method,
  uri,
  credentials: [],
  given: [],
  own,
  isGivenWhole: false,
  body: null,
  realms: [],
  ...address,
});

/** Lines and a body. No line can begin another one, whatever is in it. */
export const message = (lines: readonly string[], body: string | null): string => {
  const clean = lines.filter(Boolean).map((line) => line.trimStart().replace(/[\r\n\0]/g, ' '));
  return `${clean.join('\r\n')}\r\nContent-Length: ${utf8Length(body ?? '')}\r\n\r\n${body ?? ''}`;
};

/** The application's lines of every message. */
export const extra = ({ extraHeaders }: Account): readonly string[] => [extraHeaders ?? []].flat();

/** `via`: all that follows `SIP/2.0/`. */
export const written = (request: Outgoing, account: Account, via: string): string =>
  message(
    [
      `${request.method} ${request.uri} SIP/2.0`,
      ...request.routes.map((route) => `Route: ${route}`),
      `Via: SIP/2.0/${via}`,
      'Max-Forwards: 69',
      `To: ${request.to}`,
      `From: ${request.from}`,
      `Call-ID: ${request.callId}`,
      `CSeq: ${request.cseq} ${request.method}`,
      ...request.credentials,
      ...request.given,
      ...(request.isGivenWhole ? [] : [...request.own, ...extra(account)]),
      `Allow: ${account.allowedMethods}`,
      supported(account, request.method),
      `User-Agent: ${account.userAgent}`,
    ],
    request.body,
  );

/** Makes the requests that follow from an INVITE hop by hop: the ACK of a refusal (§17.1.1.3) and its CANCEL (§9.1). */
export const sameHop = ({ uri, routes, from, to, callId, cseq }: Outgoing, account: Account, via: string) => {
  return (method: 'ACK' | 'CANCEL', tagged = to, reason = ''): string => {
    const address = { routes, to: tagged, from, callId, cseq };
    return written(outgoing(method, uri, address, [reason && `Reason: ${reason}`]), account, via);
  };
};

/** Of a message about this method. */
export function supported(account: Account, method: string, isResponse?: boolean): string {
  const isInvite = method === 'INVITE';
  const isDialogs = isInvite || method === 'UPDATE';
  return `Supported: ${[
    method === 'REGISTER' && 'path,gruu',
    isDialogs && account.sessionTimers && 'timer',
    isInvite && (account.pubGruu || account.tempGruu) && 'gruu',
    isDialogs && 'ice',
    (isInvite || (isDialogs && isResponse)) && 'replaces',
    'outbound',
  ]
    .filter(Boolean)
    .join()}`;
}

/** `"Display" <uri>;tag=…`, without a display name or a tag where that is empty. */
export const address = (uri: string, tag?: string, name?: string | null): string =>
  `${
    name
      ? `"${String(name)
          .replace(/[\\"]/g, '\\$&')
          .replace(/[\r\n\0]/g, ' ')}" `
      : ''
  }<${uri}>${tag ? `;tag=${tag}` : ''}`;

/** Contact in calls. */
export function contact(account: Account, anonymous?: boolean, outbound?: boolean): string {
  const gruu = anonymous ? account.tempGruu : account.pubGruu;
  const plain = anonymous ? 'sip:anonymous@anonymous.invalid;transport=ws' : account.contactUri;
  return `Contact: <${gruu || plain}${outbound && !gruu ? ';ob' : ''}>`;
}

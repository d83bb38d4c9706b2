import { parseAddress } from '../grammar.js';
import type { IncomingMessage, IncomingRequest, IncomingResponse } from '../incoming.js';
import type { NameAddrHeader } from '../name-addr.js';
import { address, type Outgoing, outgoing } from './outgoing.js';

/** RFC 3261 §8.1.1.5. */
const LAST_NUMBER = 2 ** 31 - 1;

/** A dialog (RFC 3261 §12) from our side. */
export class Dialog {
  localSeq = 0;
  remoteSeq: number | undefined;
  #target = '';
  #routes: string[] = [];

  constructor(
    readonly callId: string,
    readonly localTag: string,
    readonly remoteTag: string,
    readonly localUri: string,
    readonly remoteUri: string,
  ) {}

  /** The one that a response with a tag makes (§12.1.2); none where it is a 2xx that does not say where its sender is. */
  static ours(request: Outgoing, response: IncomingResponse): Dialog | undefined {
    const { to_tag: tag } = response;
    const from = parseAddress(request.from) as NameAddrHeader;
    if (!tag) return undefined;
    const dialog = new Dialog(
      request.callId,
      from.getParam('tag') as string,
      tag,
      String(from.uri),
      String((parseAddress(request.to) as NameAddrHeader).uri),
    );
    dialog.localSeq = request.cseq;
    dialog.learn(response);
    if (dialog.#target || response.status_code >= 200) return dialog.#target ? dialog : undefined;
    // RFC 3261 asks a 1xx for a Contact too; many do not send it.
    dialog.#target = dialog.remoteUri;
    return dialog;
  }

  /** The one that our response with this tag makes (§12.1.1). */
  static theirs(request: IncomingRequest, tag: string): Dialog | undefined {
    const { to, from } = request;
    if (!to || !from) return undefined;
    const dialog = new Dialog(request.call_id, tag, request.from_tag ?? '', String(to.uri), String(from.uri));
    dialog.remoteSeq = request.cseq;
    dialog.refresh(request);
    dialog.#routes = request.getHeaders('record-route');
    return dialog.#target ? dialog : undefined;
  }

  /** What another response to the request that made it says (§13.2.2.4). */
  learn(response: IncomingResponse): void {
    this.refresh(response);
    this.#routes = response.getHeaders('record-route').reverse();
  }

  /** Takes their Contact for the target. */
  refresh(message: IncomingMessage): void {
    const contact = message.parseHeader('contact');
    if (contact) this.#target = String(contact.uri);
  }

  matches(request: IncomingRequest): boolean {
    return (
      request.call_id === this.callId &&
      request.to?.getParam('tag') === this.localTag &&
      (request.from_tag ?? '') === this.remoteTag
    );
  }

  /** Whether their request is in order (§12.2.2). */
  accepts(request: IncomingRequest): boolean {
    if (this.remoteSeq !== undefined && request.cseq <= this.remoteSeq) return false;
    this.remoteSeq = request.cseq;
    if (/^(INVITE|UPDATE|SUBSCRIBE|NOTIFY|REFER)$/.test(request.method)) this.refresh(request);
    return true;
  }

  /** The number of our next request. */
  next(): number {
    return (this.localSeq = Math.min(this.localSeq + 1, LAST_NUMBER));
  }

  /** Our next request (§12.2.1.1); an ACK has its INVITE's number. */
  request(method: string, cseq = this.next()): Outgoing {
    const [first, ...others] = this.#routes;
    // A strict router wants to be the Request-URI, and the target as the last Route.
    const strict = first === undefined ? undefined : parseAddress(first)?.uri;
    const isStrict = strict && !strict.hasParam('lr');
    return outgoing(method, isStrict ? String(strict) : this.#target, {
      routes: isStrict ? [...others, `<${this.#target}>`] : this.#routes,
      to: address(this.remoteUri, this.remoteTag),
      from: address(this.localUri, this.localTag),
      callId: this.callId,
      cseq,
    });
  }

  /** BYE, with this in Reason. */
  bye(reason?: string | 0): Outgoing {
    const bye = this.request('BYE');
    if (reason) bye.given = [`Reason: ${reason}`];
    return bye;
  }
}

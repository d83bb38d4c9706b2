// Values, sockets, messages and constants, as applications of jssip are written. It is never run: `package.test.ts` compiles it, with jssip's
// declarations and with ours.
import { C, Exceptions, Grammar, NameAddrHeader, Socket, UA, URI, Utils, WeightedSocket } from 'jssip';
import { RequestParams } from 'jssip/lib/UA';
import { IncomingResponse, OutgoingRequest } from 'jssip/lib/SIPMessage';
import { Transport, RecoveryOptions } from 'jssip/lib/Transport';
import { Socket as DeepSocket, WeightedSocket as DeepWeighted } from 'jssip/lib/Socket';
import { URI as DeepURI, URIScheme, Parameters, Headers } from 'jssip/lib/URI';
import { NameAddrHeader as DeepName } from 'jssip/lib/NameAddrHeader';
import { WebSocketInterface as DeepWS } from 'jssip/lib/WebSocketInterface';
import { causes, REASON_PHRASE, SIP_ERROR_CAUSES, INVITE } from 'jssip/lib/Constants';
import * as DeepConstants from 'jssip/lib/Constants';
import * as DeepUtils from 'jssip/lib/Utils';
import { headerize, newUUID } from 'jssip/lib/Utils';
import * as DeepExceptions from 'jssip/lib/Exceptions';
import { ConfigurationError, InvalidStateError } from 'jssip/lib/Exceptions';
import { parse, Grammar as GrammarType } from 'jssip/lib/Grammar';

declare const custom: Socket;
declare const weighted: WeightedSocket;
declare const ua: UA;

const uri = new URI('sip', 'alice', 'example.com', 5060, { transport: 'ws', lr: null }, { h: 'v', i: ['x'] });
const scheme: URIScheme = uri.scheme;
const ps: Parameters = { a: null };
const hd: Headers = { a: ['b'] };
uri.user = 'x';
uri.host = 'y';
uri.port = 5;
uri.scheme = 'sips';
const p1 = uri.getParam<string>('x');
p1.length;
const p2: unknown = uri.getParam('x');
uri.setParam('x', 1);
uri.setParam('x');
uri.setParam('x', null);
uri.hasParam('x');
uri.deleteParam('x');
uri.clearParams();
uri.setHeader('x', ['y']);
uri.getHeader('x').length;
uri.hasHeader('x');
uri.deleteHeader('x');
uri.clearHeaders();
const cloned: URI = uri.clone();
const aor: string = uri.toAor(true);
const u1: string = uri.user;
const u2: number = uri.port;
const parsed = URI.parse('x');
parsed.user.length;
const pu: URI | undefined = URI.parse('x');
const du: DeepURI = uri;
const nah = new NameAddrHeader(uri, 'x', { tag: 'x' });
const dn: string = nah.display_name;
nah.display_name = 'x';
nah.getParam('x').length;
const np: string = nah.getParam<string>('x');
nah.setParam('x', 5);
nah.clone().toString();
const pn = NameAddrHeader.parse('x');
pn.uri.user;
const dnh: DeepName = nah;
nah.deleteParam('x');
const ut: unknown[] = [
  Utils.str_utf8_length('x'),
  Utils.isString('x'),
  Utils.isDecimal(5),
  Utils.isEmpty(null),
  Utils.hasMethods({}, 'a', 'b'),
  Utils.newTag(),
  Utils.newUUID(),
  Utils.hostType('x').length,
  Utils.escapeUser('x'),
  Utils.normalizeTarget('x', 'y')?.user,
  Utils.headerize('x'),
  Utils.sipErrorCause(5),
  Utils.getRandomTestNetIP(),
  Utils.calculateMD5('x'),
  Utils.closeMediaStream(new MediaStream()),
  Utils.closeMediaStream(),
  Utils.cloneArray<number>([1]),
  Utils.cloneObject({ a: 1 }).a,
  Utils.cloneObject({ a: 1 }, { a: 2 }),
  DeepUtils.newTag(),
  headerize('x'),
  newUUID(),
];
const uc: causes = Utils.sipErrorCause(5);
let dd: unknown = 5;
if (Utils.isDecimal(dd)) dd.toFixed();
if (Utils.isString(dd)) dd.length;
const g: any = Grammar.parse('x', 'y');
const g2: any = Grammar.parse('x');
parse('x', 'SIP_URI').user;
const gt: GrammarType = 5;
Grammar.toSource();
try {
  ua.start();
} catch (e) {
  if (e instanceof Exceptions.ConfigurationError) {
    const p: string = e.parameter;
    const v: any = e.value;
    v.x;
    const c: number = e.code;
  }
  if (e instanceof InvalidStateError) {
    const n: number = e.status;
  }
}
throw1(new Exceptions.NotSupportedError('x'));
throw1(new Exceptions.NotReadyError('x'));
throw1(new ConfigurationError('x'));
throw1(new ConfigurationError('x', 5));
throw1(new DeepExceptions.InvalidStateError(5));
function throw1(e: Error & { code: number }): void {}
const cs: string[] = [
  C.causes.BUSY,
  causes.BUSY,
  C.REASON_PHRASE[200]!,
  REASON_PHRASE[5]!,
  C.ALLOWED_METHODS,
  C.INVITE,
  DeepConstants.BYE,
  C.ACCEPTED_BODY_TYPES,
];
const ns2: number[] = [
  C.MAX_FORWARDS,
  C.SESSION_EXPIRES,
  C.MIN_SESSION_EXPIRES,
  C.CONNECTION_RECOVERY_MAX_INTERVAL,
  C.SIP_ERROR_CAUSES.BUSY[0],
  SIP_ERROR_CAUSES.REJECTED[1],
];
const record: Record<causes, string> = {} as Record<causes, string>;
record[C.causes.BUSY] = 'x';
for (const c of Object.values(C.causes)) record[c] = c;
function byCause(c: causes | string): string {
  switch (c) {
    case C.causes.CANCELED:
      return 'x';
    case causes.BUSY:
      return 'y';
    default:
      return c;
  }
}
byCause('Busy');
const tr = new Transport(custom);
const tr2 = new Transport([custom], { min_interval: 1, max_interval: 2 });
const rec: RecoveryOptions = { min_interval: 1, max_interval: 2 };
tr.connect();
tr.via_transport;
tr.send('x');
const trs: Socket = tr;
const dsoc: DeepSocket = new DeepWS('wss://a');
const dw: DeepWeighted = weighted;
const vt: string = dsoc.via_transport;
dsoc.via_transport = 'WS';
dsoc.onconnect();
const cn: boolean = dsoc.isConnected();
const ok: boolean = dsoc.send('x');
const out = {} as OutgoingRequest;
const os: (string | number)[] = [
  out.method,
  out.ruri.user,
  out.cseq,
  out.call_id,
  out.from.display_name,
  out.to.uri.host,
  out.body,
  out.getHeader('x'),
  out.toString(),
];
out.setHeader('x', ['y']);
out.getHeaders('x').map((x) => x.length);
out.hasHeader('x');
const res = {} as IncomingResponse;
const rr: [number, string] = [res.status_code, res.reason_phrase];
const par: RequestParams = { from_uri: uri, from_tag: 'x', to_uri: uri, call_id: 'x', cseq: 1 };

export {};

// @vitest-environment node
import { describe, expect, it } from 'vitest';
import Real from 'jssip';
import * as Ours from '../index.js';

/** Values without their classes: ours and JsSIP's are not the same. */
function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Ours.URI || value instanceof Real.URI) {
    const { scheme, user, host, port, _parameters, _headers } = value as Ours.URI;
    return {
      scheme,
      user: user ?? null,
      host,
      port: port ?? null,
      _parameters: { ..._parameters },
      _headers: { ..._headers },
    };
  }
  if (value instanceof Ours.NameAddrHeader || value instanceof Real.NameAddrHeader) {
    const { display_name, uri, _parameters } = value as Ours.NameAddrHeader;
    return { display_name: display_name ?? null, uri: plain(uri), _parameters: { ..._parameters } };
  }
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([key, inside]) => [key, plain(inside)]));
}

const parse = (module: { Grammar: typeof Ours.Grammar }, text: string, rule: string): unknown => {
  try {
    return plain(module.Grammar.parse(text, rule));
  } catch (error) {
    return (error as Error).message;
  }
};

const SAME: Record<string, string[]> = {
  SIP_URI: [
    'sip:alice@example.com',
    'SIP:%61liCE@versaTICA.Com:6060;TRansport=TCp;Foo=ABc;baz?X-Header-1=AaA1&X-Header-2=BbB&x-header-1=AAA2',
    'sips:h',
    'sip:a:secret@[2001:db8::1]:5061;lr',
    'sip:a:@b',
    'sip:a@b:99999',
    'sip:a@b?x=',
    'sip:a@1.2.3.4;x',
    'sip:a@1.2.3.444',
    'sip:a@b:123456',
    'sip:%zz@b',
    'sip:@b',
    'sip:a@b;',
    'sip:a@b;x=',
    'sip:a@b?x',
    'sip:a@b;;;;',
    'sip:a@iñaki.com',
    'tel:+1',
    ' sip:a@b',
    'sip:a@b c',
    '',
    'sip:a@b;user=PHONE;method=FOO',
    'sip:user;par=u%40example.net@example.com',
    'sip:a@a_b-.c',
    'sip:a@-b',
    'sip:a@b..c',
  ],
  absoluteURI: [
    'ws://host',
    'wss://ho_st.x',
    'ws://[::1]:80',
    'WSS://A.b',
    'mailto:a@b',
    'wss:/abc',
    'http',
    'ws://a b',
  ],
  From: [
    '"Iñaki \\"x\\" \\\\" <sip:a@b;x=1>;tag=1',
    'sip:a@b;tag=1',
    'Foo    Foo Bar\tBaz<sip:a@b>;QWE=QWE;ASd',
    '"" <sip:b>;tag=1',
    '<sip:a@b',
    '"a <sip:a@b>',
    '<a@b>',
    '<sip:a@b>;x="y z;1"',
    '<sip:a@b> x',
  ],
  Name_Addr_Header: ['sip:a@b', '<sips:a@b>', '"Foo"<sip:a@b>;q=1', 'a <sip:b>'],
  Contact: [
    '<sip:a@b>;q=0.5;expires=10, <sip:c@d>',
    '"Iñaki @ł€" <SIP:+1234@ALIAX.net;Transport=WS>;+sip.Instance="abCD", sip:bob@biloxi.COM;headerParam, <sip:DOMAIN.com:5>',
    '<sip:a@b>,',
    '',
  ],
  Record_Route: ['<sip:a;lr>;x=1 , "n" <sip:b;lr>', 'sip:a'],
  Route: ['<sip:a@b;lr>, <sip:c>'],
  Via: [
    'SIP/2.0/UDP a.b:5;branch=z9;rport;foo=bar;i="q"',
    'SIP /  3.0 \r\n / UDP [1:ab::FF]:6060 ;\r\n  BRanch=1234;rport=1111;Param1=Foo;paRAM2;param3=Bar',
    'SIP/2.0/WSS df7jal23ls0d.invalid;branch=z9hG4bK1;ttl=4',
    'SIP/2.0/UDP',
    'SIP/2.0/UDP ;branch=x',
  ],
  CSeq: ['12 INVITE', '123456  CHICKEN', '12', 'a b'],
  Call_ID: ['a@b', 'abc', 'a b', ''],
  Request_Response: [
    'INVITE sip:a@b;x=1 SIP/2.0',
    'SIP/2.0 200 OK',
    'SIP/2.0 200 ',
    'OPTIONS tel:+123 SIP/2.0',
    'invite sips:b SIP/2.0',
    'INVITE sip:a@b',
    'SIP/2.0 20 OK',
    'GET / HTTP/1.1',
  ],
  Status_Line: ['SIP/2.0 420 Bad Extension'],
  host: [
    'versatica.com',
    'myhost123',
    '1.2.3.4',
    '[1:0:fF::432]',
    '1.2.3.444',
    'iñaki.com',
    '1.2.3.4.bar.qwe-asd.foo',
    'a..b',
    '1.2.3',
  ],
  quoted_string: ['"a b"', '"a', ' "x"', '"a"b"', '"a\\"b"', '"é"', ''],
  uuid: ['8f1fa16a-1165-4a96-8341-785b1ef24f12', '8f1fa16a', '8f1fa16a-1165-4a96-8341-785b1ef24f1g'],
  uuid_URI: ['uuid:8f1fa16a-1165-4a96-8341-785b1ef24f12'],
  Event: ['Presence;Param1=QWe;paraM2', 'refer', '', 'a;b="c d"'],
  Replaces: [
    '5t2gpbrbi72v79p1i8mr;to-tag=03aq91cl9n;from-tag=kun98clbf7',
    'a@b;to-tag=1;from-tag=2;early-only',
    'a;to-tag=1;x=2',
    'a',
  ],
  Refer_To: [
    'sip:alice@versatica.com',
    '<sip:bob@versatica.com?Accept-Contact=sip:bobsdesk.versatica.com>',
    '"A" <sip:a@b?Replaces=x%3B1>;p',
  ],
  Session_Expires: ['180;refresher=uac', '210  ;   refresher  =  UAS ; foo  =  bar', '90', 'a', '90;refresher=foo'],
  WWW_Authenticate: [
    'Digest realm =  "[1:ABCD::abc]", nonce =  "31d0", qop="AUTH,autH-INt", algorithm =  md5  ,  stale =  TRUE , opaque = "00000188"',
    'Digest realm="a\\"b",nonce="n"',
    'Basic realm="x"',
    'Digest',
  ],
  challenge: ['Digest realm="r", nonce="n"'],
  Subscription_State: ['active;expires=60', 'terminated;reason=noresource;retry-after=3;x=1', 'Pending', ''],
  Reason: ['SIP  ; cause = 488 ; text = "Wrong SDP"', 'ISUP; cause=500 ; LALA = foo', 'Q.850;cause=16', 'SIP;text=abc'],
  Content_Type: ['application/sdp;charset=utf-8', 'application / sdp', 'x', 'multipart/mixed;boundary="a b"'],
  Content_Disposition: ['session;x=1', 'render'],
  Content_Encoding: ['gzip, a'],
  Content_Length: ['12', 'x', ''],
  Max_Forwards: ['70'],
  Expires: ['60'],
  Min_Expires: ['60'],
  Supported: ['a, b', ''],
  Require: ['a,b', ''],
  Allow: ['INVITE'],
};

describe('Grammar.parse as JsSIP has it', () => {
  for (const [rule, texts] of Object.entries(SAME)) {
    it(rule, () => {
      for (const text of texts) expect([text, parse(Ours, text, rule)]).toEqual([text, parse(Real, text, rule)]);
    });
  }
});

describe('Grammar.parse where JsSIP is known to be wrong', () => {
  const wrong: [string, string, (value: any) => unknown, unknown][] = [
    ['From', '<sip:a@019f9ae299f5>;tag=1', (from) => from.uri.host, '019f9ae299f5'],
    ['From', '<sip:a#b@c>;tag=1', (from) => from.uri.user, 'a#b'],
    ['From', 'Анна Иванова <sip:a@b>;tag=1', (from) => from.display_name, 'Анна Иванова'],
    ['From', 'ACME, Ltd. <sip:a@b>;tag=1', (from) => from.display_name, 'ACME, Ltd.'],
    [
      'From',
      '<tel:+7(999)123>;tag=1',
      (from) => [from.uri.user, String(from)],
      ['+7(999)123', '<tel:+7(999)123>;tag=1'],
    ],
    ['Event', 'presence.winfo;id=4', (event) => event.event, 'presence.winfo'],
    ['Via', 'SIP/2.0/UDP a;branch=1, SIP/2.0/WS b;branch=2', (via) => [via.host, via.branch], ['a', '1']],
    ['Via', 'SIP/2.0/UDP a;maddr=b;branch=1', (via) => via.host, 'a'],
    ['Refer_To', '<sip:a@b?Replaces=c@d%3Bto-tag=1>', (to) => to.uri.getHeader('replaces'), ['c@d%3Bto-tag=1']],
    ['Via', 'SIP/2.0/UDP a.b;received=1.2.3.4', (via) => [via.host_type, via.received], ['domain', '1.2.3.4']],
    ['SIP_URI', 'sip:a@b;maddr=H', (uri) => [uri.host, uri.getParam('maddr')], ['b', 'h']],
    ['absoluteURI', 'wss://a.b:8443', (uri) => uri.password, undefined],
    ['Contact', '*', (contacts) => contacts, []],
  ];
  for (const [rule, text, pick, right] of wrong) {
    it(`${rule}: ${text}`, () => {
      expect(pick(Ours.Grammar.parse(text, rule))).toEqual(right);
      expect(parse(Real, text, rule)).not.toEqual(parse(Ours, text, rule));
    });
  }
});

it('Utils.normalizeTarget as JsSIP has it', () => {
  const targets = [
    '%61lice',
    'iñaki',
    'SIPs:iñaki@aliax.net:7070',
    'ibc@gmail.com@aliax.net',
    'alice-1:passwd',
    '#999/?:1234',
  ].concat(['tel:(+34)-944-43-89', '+ALICE-123.456.78-9', '', 'ibc@iñaki.com', 'ibc@aliax.net;;;;;', '*999', 'a b']);
  for (const target of targets) {
    expect([target, String(Ours.Utils.normalizeTarget(target, 'jssip.net'))]).toEqual([
      target,
      String(Real.Utils.normalizeTarget(target, 'jssip.net')),
    ]);
  }
  expect(Ours.Utils.normalizeTarget('alice')).toBeUndefined();
});

it('the other Utils as JsSIP has them', () => {
  const both = (use: (utils: any) => unknown): void => expect(use(Ours.Utils)).toEqual(use(Real.Utils));
  both((utils) => Object.keys(utils).sort());
  for (const text of ['', 'Circle Of Life', 'iñaki €', 'x'.repeat(100)]) both((utils) => utils.calculateMD5(text));
  for (const name of ['call_id', 'cseq', 'www-authenticate', 'X-FOO-bar', 'contact'])
    both((utils) => utils.headerize(name));
  for (const code of [300, 403, 404, 407, 408, 480, 484, 486, 488, 500, 603])
    both((utils) => utils.sipErrorCause(code));
  for (const host of ['a.b', '1.2.3.4', '[::1]', '', 'é']) both((utils) => utils.hostType(host));
  for (const value of [1, '1', '1.5', '', 'a', null, undefined, NaN, [], [1]])
    both((utils) => [utils.isDecimal(value), utils.isEmpty(value)]);
  for (const user of ['iñaki', 'a:b', '+1/2?3', 'a@b', '%61']) both((utils) => utils.escapeUser(user));
  both((utils) => utils.str_utf8_length('a€é'));
});

it('constants as JsSIP has them', () => {
  const all = JSON.parse(JSON.stringify(Real.C)) as Record<string, unknown>;
  expect(Ours.C).toEqual(all);
});

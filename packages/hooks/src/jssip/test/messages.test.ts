// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type IncomingRequest, parseMessage } from '../incoming.js';
import { OutgoingRequest } from '../outgoing.js';
import { heldSdp, holds, parseSdp } from '../sdp.js';

// Neither has types.
const require = createRequire(import.meta.url);
const Real = require('jssip/lib/Parser.js');
const sdpTransform = require('sdp-transform');

const folder = new URL('../../../../../crates/sip/tests/messages/', import.meta.url);
const messages = readdirSync(folder).filter((file) => file.endsWith('.sip'));
const read = (file: string): string => readFileSync(new URL(file, folder), 'utf8');
const headers = (message: any): unknown =>
  Object.fromEntries(
    Object.entries(message.headers).map(([name, values]: any) => [name, values.map(({ raw }: any) => raw)]),
  );

describe('messages say what JsSIP reads in them', () => {
  for (const file of messages) {
    it(file, () => {
      const ours = parseMessage(read(file)) as any;
      const theirs = Real.parseMessage(read(file), { configuration: {} });
      expect(headers(ours)).toEqual(headers(theirs));
      for (const field of [
        'method',
        'cseq',
        'call_id',
        'from_tag',
        'to_tag',
        'via_branch',
        'body',
        'status_code',
        'reason_phrase',
      ]) {
        expect([field, ours[field]]).toEqual([field, theirs[field]]);
      }
      for (const field of ['from', 'to', 'ruri', 'session_expires'])
        expect(String(ours[field])).toBe(String(theirs[field]));
      for (const name of ['contact', 'record-route', 'max-forwards', 'content-type', 'www-authenticate', 'nothing']) {
        const [one, other] = [ours.parseHeader(name), theirs.parseHeader(name)];
        if (/contact|route/.test(name)) expect(String(one)).toBe(String(other));
        else expect(one).toEqual(other);
        expect(ours.getHeader(name)).toBe(theirs.getHeader(name));
      }
    });
  }
});

const request = (lines: string[], body = ''): IncomingRequest =>
  parseMessage(['MESSAGE sip:a@b SIP/2.0', ...lines, '', body].join('\r\n')) as IncomingRequest;

const BASE = [
  'Via: SIP/2.0/WS c;branch=1',
  'From: "Анна" <sip:d@e>;tag=1',
  'To: <sip:a@b>',
  'Call-ID: f',
  'CSeq: 1 MESSAGE',
];

it('offsets hold beyond ASCII, and Content-Length counts bytes', () => {
  const message = request([...BASE, 'Subject: Привет, 🙂', 'X-After: here', 'Content-Length: 12'], 'приветики');
  expect(message.from.display_name).toBe('Анна');
  expect(message.getHeader('subject')).toBe('Привет, 🙂');
  expect(message.getHeader('x-after')).toBe('here');
  expect(message.body).toBe('привет');
});

it('one header that cannot be read does not lose the others', () => {
  const message = request([...BASE, 'Contact: <<>>, <sip:ok@b>', 'Session-Expires: soon', 'X-Y: z']);
  expect(message.getHeader('contact')).toBe('<<>>, <sip:ok@b>');
  expect(message.parseHeader('contact')).toBeUndefined();
  expect(message.session_expires).toBeUndefined();
  expect(message.getHeader('x-y')).toBe('z');
});

it('compact forms, folds and several on a line', () => {
  const message = request([
    ...['v: SIP/2.0/WS c;branch=1', 'f: <sip:d@e>;tag=1', 't: <sip:a@b>', 'i: f', 'CSeq: 1 MESSAGE', 'k: timer'],
    ...['m: <sip:one@b>', 'm: "Two, too" <sip:two@b>;q=1,', '\t<sip:three@b>', 'Subject: a', ' b'],
  ]);
  expect([message.call_id, message.from_tag, message.getHeader('supported'), message.getHeader('subject')]).toEqual([
    'f',
    '1',
    'timer',
    'a b',
  ]);
  expect(message.getHeaders('contact')).toEqual(['<sip:one@b>', '"Two, too" <sip:two@b>;q=1', '<sip:three@b>']);
  expect(message.countHeader('contact')).toBe(3);
  expect(message.parseHeader('contact', 1)?.display_name).toBe('Two, too');
  message.addHeader('x-own', '1');
  message.setHeader('subject', 'c');
  expect([message.getHeaders('X-Own'), message.getHeader('Subject')]).toEqual([['1'], 'c']);
});

it('what is no message is none', () => {
  for (const text of [
    '',
    '\r\n\r\n',
    'hello',
    'SIP/2.0',
    'GET / HTTP/1.1\r\n\r\n',
    'INVITE  sip:a@b SIP/2.0\r\n\r\n',
  ]) {
    expect([text, parseMessage(text)]).toEqual([text, undefined]);
  }
});

it('a reply must have a status that is one', () => {
  const message = request(BASE);
  const sent: unknown[] = [];
  message._answer = (...given) => sent.push(given) > 0;
  expect(() => message.reply(99)).toThrow(TypeError);
  expect(() => message.reply(200, 5 as never)).toThrow(TypeError);
  let ok = 0;
  message.reply(486, null, ['X: 1'], null, () => ok++);
  expect([sent, ok]).toEqual([[[486, 'Busy Here', ['X: 1'], null]], 1]);
});

it('a request of ours is changed until it is sent', () => {
  const draft = [
    'INVITE sip:bob@b SIP/2.0',
    ...[
      'Via: SIP/2.0/WSS c.invalid',
      'Max-Forwards: 69',
      'To: <sip:bob@b>',
      'From: <sip:a@b>;tag=1',
      'Call-ID: x',
      'CSeq: 7 INVITE',
    ],
    ...['Contact: <sip:a@c.invalid>', 'Allow: INVITE', 'Supported: ice', 'User-Agent: U', 'Content-Length: 0', '', ''],
  ].join('\r\n');
  const invite = new OutgoingRequest(draft, ['X-Own: 1']);
  expect([invite.method, String(invite.ruri), invite.cseq, invite.call_id, invite.getHeader('contact')]).toEqual([
    ...['INVITE', 'sip:bob@b', 7, 'x', '<sip:a@c.invalid>'],
  ]);
  invite.setHeader('x-own', '2');
  invite.extraHeaders.push('X-Late: 3');
  invite.body = 'é';
  expect(invite._lines()).toEqual(['X-Own: 2', 'Contact: <sip:a@c.invalid>', 'X-Late: 3']);
  expect(invite.clone().hasHeader('X-Late')).toBe(true);
  const text = String(invite);
  expect(text).toContain('Content-Length: 2\r\n\r\né');
  expect(text.match(/^Contact:/gm)).toHaveLength(1);
});

it('session descriptions as sdp-transform reads them', () => {
  const sdp = parseMessage(read('invite.sip'))?.body as string;
  const pick = ({ media, version, origin, groups, msidSemantic }: any): unknown => ({
    media,
    version,
    origin,
    groups,
    msidSemantic,
  });
  const [ours, theirs] = [pick(parseSdp(sdp)), pick(sdpTransform.parse(sdp))] as any[];
  for (const field of Object.keys(theirs.media[0]))
    expect([field, ours.media[0][field]]).toEqual([field, theirs.media[0][field]]);
  expect({ ...ours, media: 0 }).toEqual({ ...theirs, media: 0 });
});

it('holding changes the directions of voice and picture', () => {
  const sdp = (direction: string): string =>
    `v=0\r\nm=audio 9 X 1\r\n${direction}m=application 9 X 1\r\na=sendrecv\r\n`;
  const held = (direction: string, local: boolean, remote: boolean): string[] =>
    [...heldSdp(sdp(direction), local, remote).matchAll(/a=(\w+)/g)].map(([, word]) => word as string);
  expect(held('a=sendrecv\r\n', true, false)).toEqual(['sendonly', 'sendrecv']);
  expect(held('a=recvonly\r\n', true, false)).toEqual(['inactive', 'sendrecv']);
  expect(held('a=sendrecv\r\n', false, true)).toEqual(['recvonly', 'sendrecv']);
  expect(held('', true, true)).toEqual(['inactive', 'sendrecv']);
  expect(heldSdp(sdp(''), false, false)).toBe(sdp(''));
  expect(holds(parseSdp(sdp('a=sendonly\r\n')))).toBe(true);
  expect(holds(parseSdp(sdp('')))).toBe(false);
});

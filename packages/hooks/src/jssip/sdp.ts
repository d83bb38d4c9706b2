/** A session description as npm's `sdp-transform` reads it; the fields that calls have. */
export interface Sdp extends Section {
  version?: number;
  origin?: {
    username: string;
    sessionId: number | string;
    sessionVersion: number;
    netType: string;
    ipVer: number;
    address: string;
  };
  name?: string;
  timing?: { start: number; stop: number };
  groups?: { type: string; mids: string | number }[];
  msidSemantic?: { semantic: string; token: string };
  media: Media[];
}

interface Section {
  direction?: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';
  connection?: { version: number; ip: string };
  bandwidth?: { type: string; limit: number }[];
  iceUfrag?: string;
  icePwd?: string;
  iceOptions?: string;
  icelite?: string;
  fingerprint?: { type: string; hash: string };
  setup?: string;
  extmapAllowMixed?: string;
  ext?: { value: number; direction?: string; uri: string; config?: string }[];
  /** What is not understood. */
  invalid?: { value: string }[];
}

export interface Media extends Section {
  type: string;
  port: number;
  protocol: string;
  payloads: string | number;
  mid?: string | number;
  msid?: string;
  ptime?: number;
  maxptime?: number;
  rtcpMux?: string;
  rtcpRsize?: string;
  endOfCandidates?: string;
  rtcp?: { port: number; netType?: string; ipVer?: number; address?: string };
  rtp: { payload: number; codec: string; rate?: number; encoding?: number | string }[];
  fmtp: { payload: number; config: string }[];
  rtcpFb?: { payload: number | string; type: string; subtype?: string }[];
  candidates?: Record<string, string | number>[];
  ssrcs?: { id: number; attribute: string; value?: string }[];
  ssrcGroups?: { semantics: string; ssrcs: string }[];
  crypto?: { id: number; suite: string; config: string; sessionConfig?: string }[];
}

type Rule = [pattern: RegExp, field: string, names?: string, list?: boolean];

// Pattern of the line, the field it goes to; the captures' names, and whether there may be several.
const RULES: Rule[] = [
  [/^v=(\d+)$/, 'version'],
  [/^o=(\S*) (\d*) (\d*) (\S*) IP(\d) (\S*)/, 'origin', 'username sessionId sessionVersion netType ipVer address'],
  [/^s=(.*)/, 'name'],
  [/^t=(\d+) (\d+)/, 'timing', 'start stop'],
  [/^c=IN IP(\d) (\S+)/, 'connection', 'version ip'],
  [/^b=(\S+?):(\d+)/, 'bandwidth', 'type limit', true],
  [/^m=(\w*) (\d*)(?:\/\d+)? ([\w/]*)(?: (.*))?/, 'media', 'type port protocol payloads'],
  [/^a=(sendrecv|sendonly|recvonly|inactive)$/, 'direction'],
  [/^a=rtpmap:(\d+) ([\w\-.]+)(?:\/(\d+)(?:\/(\S+))?)?/, 'rtp', 'payload codec rate encoding', true],
  [/^a=fmtp:(\d+) (.*)/, 'fmtp', 'payload config', true],
  [/^a=rtcp-fb:(\*|\d+) ([\w-]+)(?: (.*))?/, 'rtcpFb', 'payload type subtype', true],
  [/^a=extmap:(\d+)(?:\/(\w+))? (\S+)(?: (.*))?/, 'ext', 'value direction uri config', true],
  [/^a=extmap-allow-mixed/, 'extmapAllowMixed'],
  [/^a=crypto:(\d+) (\w+) (\S+)(?: (.*))?/, 'crypto', 'id suite config sessionConfig', true],
  [/^a=setup:(\w+)/, 'setup'],
  [/^a=mid:(\S+)/, 'mid'],
  [/^a=msid:(.*)/, 'msid'],
  [/^a=ptime:(\d+)/, 'ptime'],
  [/^a=maxptime:(\d+)/, 'maxptime'],
  [/^a=ice-ufrag:(\S+)/, 'iceUfrag'],
  [/^a=ice-pwd:(\S+)/, 'icePwd'],
  [/^a=ice-options:(\S+)/, 'iceOptions'],
  [/^a=(ice-lite)/, 'icelite'],
  [/^a=fingerprint:(\S+) (\S+)/, 'fingerprint', 'type hash'],
  [/^a=(end-of-candidates)/, 'endOfCandidates'],
  [/^a=(rtcp-mux)$/, 'rtcpMux'],
  [/^a=(rtcp-rsize)/, 'rtcpRsize'],
  [/^a=rtcp:(\d+)(?: (\S+) IP(\d) (\S+))?/, 'rtcp', 'port netType ipVer address'],
  [/^a=ssrc:(\d+) ([\w-]+)(?::(.*))?/, 'ssrcs', 'id attribute value', true],
  [/^a=ssrc-group:(\S+) (.+)/, 'ssrcGroups', 'semantics ssrcs', true],
  [/^a=msid-semantic:\s?(\w*)(?: (\S*))?/, 'msidSemantic', 'semantic token'],
  [/^a=group:(\S+) ?(.*)/, 'groups', 'type mids', true],
  [
    /^a=candidate:(\S+) (\d+) (\S+) (\d+) (\S+) (\d+) typ (\S+)(?: raddr (\S+) rport (\d+))?(?: tcptype (\S+))?(?: generation (\d+))?(?: network-id (\d+))?(?: network-cost (\d+))?/,
    'candidates',
    'foundation component transport priority ip port type raddr rport tcptype generation network-id network-cost',
    true,
  ],
];

/** Numbers that are safe are numbers. */
const value = (text: string): string | number => (/^\d+$/.test(text) && Number.isSafeInteger(+text) ? +text : text);

export function parseSdp(text: string): Sdp {
  const session = { media: [] as Media[] } as unknown as Sdp;
  let section = session as unknown as Record<string, unknown>;
  for (const line of text.split(/\r\n|\r|\n/)) {
    if (!/^[a-z]=/.test(line)) continue;
    const rule = RULES.find(([pattern]) => pattern.test(line));
    if (!rule) {
      if (line[0] === 'a') ((section['invalid'] ??= []) as { value: string }[]).push({ value: line.slice(2) });
      continue;
    }
    const [pattern, field, names, isList] = rule;
    const captures = pattern.exec(line) as RegExpExecArray;
    if (!names) {
      const only = captures[1] ?? line.slice(2);
      section[field] = field === 'name' || field.startsWith('ice') ? only : value(only);
      continue;
    }
    const item: Record<string, string | number> = {};
    names.split(' ').forEach((name, at) => {
      const capture = captures[at + 1];
      if (capture !== undefined) item[name] = value(capture);
    });
    if (field === 'media') {
      section = { ...item, rtp: [], fmtp: [] };
      session.media.push(section as unknown as Media);
    } else if (isList) {
      ((section[field] ??= []) as unknown[]).push(item);
    } else {
      section[field] = item;
    }
  }
  return session;
}

/** Whether every voice and picture in it is held by who sent it. */
export function holds(sdp: Sdp): boolean {
  const sections = sdp.media.filter(({ type }) => type === 'audio' || type === 'video');
  const isHeld = ({ direction = sdp.direction }: Media): boolean =>
    direction === 'sendonly' || direction === 'inactive';
  return sections.length > 0 && sections.every(isHeld);
}

/** The description with the directions of voice and picture that a hold, ours or theirs, asks for. */
export function heldSdp(sdp: string, local: boolean, remote: boolean): string {
  if (!local && !remote) return sdp;
  const once = local ? 'sendonly' : 'recvonly';
  const held = (direction: string): string => {
    if (local && remote) return 'inactive';
    return direction === 'sendrecv' ? once : direction === 'recvonly' ? 'inactive' : direction;
  };
  return sdp
    .split(/(?=^m=)/m)
    .map((section) => {
      if (!/^m=(audio|video) /.test(section)) return section;
      const line = /^a=(sendrecv|sendonly|recvonly|inactive)(?=\r?$)/m;
      return line.test(section)
        ? section.replace(line, (_, direction: string) => `a=${held(direction)}`)
        : `${section}a=${held('sendrecv')}\r\n`;
    })
    .join('');
}

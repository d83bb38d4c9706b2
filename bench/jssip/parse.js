// From a message's text to From, To, Via, CSeq and Contact as JavaScript values: `headset-hooks/jssip` beside jssip,
// both bundled as a page has them. Prints rows as JSON; times are microseconds a message, medians.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { build } from 'esbuild';

const folder = new URL('../../crates/sip/tests/messages/', import.meta.url);
// Short rounds, so that most are not disturbed by what else the machine does.
const ROUNDS = 2001;
const ROUND_MS = 0.2;

const { parseMessage: ours } = await bundled('../../packages/hooks/src/jssip/incoming.ts');
const { default: peer } = await bundled('./peer.cjs');
const ua = { configuration: {} };

const rows = readdirSync(folder)
  // A page is sent no REGISTER.
  .filter((file) => file.endsWith('.sip') && file !== 'register.sip')
  .map((file) => {
    const text = readFileSync(new URL(file, folder), 'utf8');
    const mine = () => values(ours(text));
    const theirs = () => values(peer.parseMessage(text, ua));
    if (JSON.stringify(mine()) !== JSON.stringify(theirs())) throw new Error(`${file}: not the same values`);
    const [value, peerValue] = medians([mine, theirs]);
    return {
      name: `jssip: ${file.replace('.sip', '')}, text to typed values`,
      value: round(value),
      unit: 'µs',
      peer: `jssip ${createRequire(import.meta.url)('jssip/package.json').version}`,
      peer_value: round(peerValue),
      ratio: round(value / peerValue),
    };
  });
console.log(JSON.stringify(rows, null, 2));

/** Everything that an application would look at. */
function values(message) {
  const contact = message.parseHeader('contact');
  return [
    ...address(message.from),
    ...address(message.to),
    ...(contact ? address(contact) : []),
    message.via.host,
    message.via.transport,
    message.via.branch,
    message.cseq,
    message.method,
  ];
}

function address({ display_name, uri, ...rest }) {
  return [display_name, uri.scheme, uri.user, uri.host, uri.port, rest._parameters?.tag];
}

/** The two in turn, so that a noisy moment hits both. */
function medians(candidates) {
  const times = candidates.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    candidates.forEach((run, index) => {
      const start = performance.now();
      let runs = 0;
      let now = start;
      for (; now - start < ROUND_MS; now = performance.now(), runs++) run();
      times[index].push(((now - start) * 1000) / runs);
    });
  }
  return times.map((all) => all.sort((a, b) => a - b)[ROUNDS >> 1]);
}

function round(number) {
  return Number(number.toPrecision(4));
}

async function bundled(entry) {
  const { outputFiles } = await build({
    entryPoints: [new URL(entry, import.meta.url).pathname],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}

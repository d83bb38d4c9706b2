// @vitest-environment node
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

// The package as an application gets it: packed, installed, loaded by node and by the compiler. `dist` is built before.
const root = join(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'headset-hooks-'));
const installed = join(folder, 'node_modules/headset-hooks');
const libs = readdirSync(join(root, 'src/jssip/lib')).map((file) => file.replace('.ts', ''));

beforeAll(() => {
  mkdirSync(installed, { recursive: true });
  execFileSync('npm', ['pack', '--pack-destination', folder], { cwd: root, stdio: 'pipe' });
  const [tarball = ''] = readdirSync(folder).filter((file) => file.endsWith('.tgz'));
  execFileSync('tar', ['-xzf', join(folder, tarball), '-C', installed, '--strip-components=1']);
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a program in the application's folder prints, as JSON. */
function run(file: string, text: string): any {
  writeFileSync(join(folder, file), text);
  return JSON.parse(execFileSync(process.execPath, [file], { cwd: folder, encoding: 'utf8' }));
}

const PROGRAM = `
  const uri = JsSIP.URI.parse('sip:alice@example.com;transport=ws');
  const socket = { url: 'wss://x', via_transport: 'WSS', sip_uri: 'sip:x', connect() { setTimeout(() => this.onconnect()); }, disconnect() {}, send(text) { sent.push(text); return true; } };
  const sent = [];
  const agent = new JsSIP.UA({ sockets: socket, uri: 'sip:alice@example.com', password: 'secret' });
  agent.start();
  agent.on('connected', () => setTimeout(() => {
    console.log(JSON.stringify({ user: uri.user, sent: sent.map((text) => text.split(' ')[0]), same }));
    process.exit();
  }));
`;

it('import', () => {
  const told = run(
    'application.mjs',
    `import JsSIP, { UA } from 'headset-hooks/jssip';
     import Deep from 'headset-hooks/jssip/lib/UA';
     import WithExtension from 'headset-hooks/jssip/lib/UA.js';
     const same = UA === JsSIP.UA && Deep === UA && WithExtension === UA;
     ${PROGRAM}`,
  );
  expect(told).toMatchObject({ user: 'alice', sent: ['REGISTER'], same: true });
});

it('require', () => {
  const told = run(
    'application.cjs',
    `const JsSIP = require('headset-hooks/jssip');
     const same = JsSIP.UA === require('headset-hooks/jssip/lib/UA') && JsSIP.UA === require('headset-hooks/jssip/lib/UA.js');
     ${PROGRAM}`,
  );
  expect(told).toMatchObject({ user: 'alice', sent: ['REGISTER'], same: true });
});

it('every deep path that JsSIP has leads to the same in both', () => {
  const names = (load: string): string =>
    `const all = {}; for (const lib of ${JSON.stringify(libs)}) { const got = ${load}; all[lib] = typeof (got.default ?? got); } console.log(JSON.stringify(all));`;
  const imported = run('deep.mjs', names("await import('headset-hooks/jssip/lib/' + lib)"));
  const required = run('deep.cjs', names("require('headset-hooks/jssip/lib/' + lib)"));
  expect(Object.keys(imported)).toEqual(libs);
  expect(required).toEqual(imported);
});

it('types, for both', () => {
  const text = (load: string): string => `
    ${load}
    import type { RTCSession } from 'headset-hooks/jssip/lib/RTCSession';
    const agent: UA = new UA({ sockets: [], uri: 'sip:alice@example.com' });
    agent.on('newRTCSession', ({ session }) => session.on('accepted', ({ originator }) => originator.length));
    export const call = (): RTCSession => agent.call('bob', { mediaConstraints: { audio: true } });
    // @ts-expect-error: there is no such event
    agent.on('noSuchEvent', () => undefined);`;
  writeFileSync(join(folder, 'typed.mts'), text("import { UA } from 'headset-hooks/jssip';"));
  writeFileSync(join(folder, 'typed.cts'), text("import { UA } from 'headset-hooks/jssip';"));
  const options = {
    module: 'nodenext',
    target: 'es2022',
    lib: ['es2022', 'dom'],
    strict: true,
    noEmit: true,
    types: [],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['typed.*'] }));
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
  expect(stdout).toBe('');
}, 60_000);

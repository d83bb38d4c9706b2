// @vitest-environment node
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

const require = createRequire(import.meta.url);
const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc');

/** What the compiler has to say. */
function compiled(project: { include?: string[]; files?: string[] }, options: object): string {
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2022', 'dom', 'dom.iterable'],
    strict: true,
    noEmit: true,
    types: [],
    ...options,
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, ...project }));
  return spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' }).stdout;
}

it('types, for both', () => {
  const text = (load: string): string => `
    ${load}
    import type { RTCSession } from 'headset-hooks/jssip/lib/RTCSession';
    const agent: JsSIP.UA = new UA({ sockets: [], uri: 'sip:alice@example.com' });
    agent.on('newRTCSession', ({ session }) => session.on('accepted', ({ originator }) => originator.length));
    export const call = (): RTCSession => agent.call('bob', { mediaConstraints: { audio: true } });
    // @ts-expect-error: there is no such event
    agent.on('noSuchEvent', () => undefined);`;
  writeFileSync(join(folder, 'typed.mts'), text("import JsSIP, { UA } from 'headset-hooks/jssip';"));
  writeFileSync(
    join(folder, 'typed.cts'),
    text("import JsSIP = require('headset-hooks/jssip'); const { UA } = JsSIP;"),
  );
  expect(compiled({ include: ['typed.*'] }, { module: 'nodenext' })).toBe('');
}, 60_000);

it('an application compiles with jssip’s declarations, and with ours', () => {
  const application = join(root, 'src/jssip/test/application');
  const files = readdirSync(application).map((file) => join(application, file));
  const theirs = dirname(require.resolve('jssip'));
  const ours = join(installed, 'dist/jssip/api');
  // jssip's stand on node's.
  const node = { types: ['node'], typeRoots: [join(root, 'node_modules/@types')], skipLibCheck: true };
  const options = { module: 'esnext', moduleResolution: 'bundler', esModuleInterop: true };
  const at = (index: string, lib: string): object => ({ paths: { jssip: [index], 'jssip/lib/*': [`${lib}/*.d.ts`] } });
  expect(compiled({ files }, { ...options, ...node, ...at(`${theirs}/JsSIP.d.ts`, theirs) })).toBe('');
  expect(compiled({ files }, { ...options, ...at(`${ours}/index.d.ts`, `${ours}/lib`) })).toBe('');
}, 120_000);

it('what is declared is there', () => {
  const api = join(root, 'src/jssip/api');
  const declared: Record<string, string[]> = {};
  for (const file of readdirSync(api).filter((name) => name.endsWith('.d.ts'))) {
    const text = readFileSync(join(api, file), 'utf8');
    for (const [, name = '', body = ''] of text.matchAll(/^(?:export|declare) class (\w+)[^{]*\{\n(.*?)^\}/gms)) {
      const members = [...body.matchAll(/^  (static )?(?:[gs]et )?(\w+)(?:<[^(]*>)?\(/gm)];
      // A transport's are given by its user agent.
      declared[name] = members
        .filter(([, , member = '']) => !/^(constructor|on[cd].*)$/.test(member))
        .map(([, isStatic, member]) => `${isStatic ? '' : 'prototype.'}${member}`);
    }
    const values = [...text.matchAll(/^export (?:function|const|enum) (\w+)/gm)].map(([, name]) => name as string);
    if (values.length) declared[file.replace('.d.ts', '')] = values;
  }
  expect(Object.values(declared).flat().length).toBeGreaterThan(200);
  const missing = run(
    'declared.mjs',
    `const all = {};
     for (const lib of ${JSON.stringify(libs)}) Object.assign(all, await import('headset-hooks/jssip/lib/' + lib));
     const lib = (name) => import('headset-hooks/jssip/lib/' + name);
     Object.assign(all, {
       EventEmitter: Object.getPrototypeOf(all.UA), Applicant: all.Message, module: await import('headset-hooks/jssip'),
       constants: await lib('Constants'), grammar: await lib('Grammar'), utils: await lib('Utils'), 'session-events': await lib('RTCSession'),
     });
     const has = (owner, [first, ...rest]) => Object(owner) === owner && first in owner && (!rest.length || has(owner[first], rest));
     const missing = Object.entries(${JSON.stringify(declared)}).flatMap(([name, members]) =>
       members.filter((member) => !has(all[name], member.split('.'))).map((member) => name + '.' + member));
     console.log(JSON.stringify(missing));`,
  );
  expect(missing).toEqual([]);
});

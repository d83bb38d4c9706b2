// Writes dist: modules and types one to one from src, the engine's wasm beside them, and the same as text.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildJssip } from './jssip.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, 'src/engine/generated');
const target = join(root, 'dist/engine/generated');

rmSync(join(root, 'dist'), { recursive: true, force: true });
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], { stdio: 'inherit' });

if (!existsSync(join(source, 'headset_bg.wasm'))) {
  console.error('The types are built. The engine is missing: run `cargo xtask wasm`, then this again.');
  process.exit(1);
}
mkdirSync(target, { recursive: true });
const base64 = readFileSync(join(source, 'headset_bg.wasm')).toString('base64');
writeFileSync(join(source, 'inlined.js'), `export default '${base64}';\n`);
for (const file of ['headset_bg.wasm', 'inlined.js']) cpSync(join(source, file), join(target, file));
const glue = readFileSync(join(source, 'headset.js'), 'utf8');
writeFileSync(join(target, 'headset.js'), droppable(glue));
buildJssip(root, droppable);

/** Two statements of the glue keep a bundler from leaving out the machine that a page does not use. */
function droppable(glue) {
  return glue
    .replace(/^if \(Symbol\.dispose\).*$/gm, '')
    .replaceAll('new FinalizationRegistry(', '/* @__PURE__ */ new FinalizationRegistry(');
}

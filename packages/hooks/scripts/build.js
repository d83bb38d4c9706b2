// Writes dist: modules and types one to one from src, the engine's wasm beside them, and the same as text.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, 'src/engine/generated');
const target = join(root, 'dist/engine/generated');

rmSync(join(root, 'dist'), { recursive: true, force: true });
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], { stdio: 'inherit' });

mkdirSync(target, { recursive: true });
for (const machine of ['workplace', 'phone']) {
  const file = `${machine}.wasm`;
  if (!existsSync(join(source, file))) {
    console.error('The types are built. The engine is missing: run `cargo xtask wasm`, then this again.');
    process.exit(1);
  }
  const inlined = `${machine}-inlined.js`;
  const base64 = readFileSync(join(source, file)).toString('base64');
  writeFileSync(join(source, inlined), `export default '${base64}';\n`);
  for (const made of [file, inlined]) cpSync(join(source, made), join(target, made));
}

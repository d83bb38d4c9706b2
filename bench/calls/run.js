// Bundles the measurement (it shares the browser tests' server and Chromium) and runs it.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

const out = join(import.meta.dirname, '../../target/bench');
mkdirSync(out, { recursive: true });
const bundle = join(out, 'calls.mjs');
await build({
  entryPoints: [join(import.meta.dirname, 'calls.ts')],
  bundle: true,
  platform: 'node',
  packages: 'external',
  format: 'esm',
  target: 'node20',
  outfile: bundle,
  logLevel: 'error',
});
const { status } = spawnSync(process.execPath, [bundle, '--folder', import.meta.dirname, ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exit(status ?? 1);

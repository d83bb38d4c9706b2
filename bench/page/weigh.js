// Prints, as JSON, the bytes that a page loads for telephony (React left out): minified, brotli-11.
import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { brotliCompressSync, constants } from 'node:zlib';

const require = createRequire(import.meta.url);
const brotli = (bytes) =>
  brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  }).length;

/** What the entry loads at once: itself and what it imports statically. */
async function bundled(entry) {
  const { metafile, outputFiles } = await build({
    entryPoints: [new URL(entry, import.meta.url).pathname],
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    outdir: '/bundle',
    write: false,
    metafile: true,
    external: ['react', 'react-dom', 'react-dom/client', 'react/jsx-runtime'],
    logLevel: 'error',
  });
  const outputs = Object.entries(metafile.outputs);
  const wanted = new Set();
  const take = (name) => {
    if (wanted.has(name)) return;
    wanted.add(name);
    for (const { path, kind, external } of metafile.outputs[name].imports) {
      if (kind === 'import-statement' && !external) take(path);
    }
  };
  take(outputs.find(([, output]) => output.entryPoint)[0]);
  return outputFiles
    .filter(({ path }) => [...wanted].some((name) => path.endsWith(name.slice(name.lastIndexOf('bundle')))))
    .reduce((sum, { contents }) => sum + brotli(contents), 0);
}

const wasm = brotli(readFileSync(require.resolve('headset-hooks/headset.wasm')));
const hooks = await bundled('./hooks-app.js');
const jssip = await bundled('./jssip-app.js');
const version = require('jssip/package.json').version;
console.log(JSON.stringify({ hooks, wasm, jssip, version }));

// Prints, as JSON, the bytes that pages load for telephony (React left out): minified, brotli-11.
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

/** An application and the wasm that it loads. */
const APPLICATIONS = {
  hooks: ['./hooks-app.js', 'headset-hooks/headset.wasm'],
  phone: ['./phone-app.js', 'headset-hooks/phone.wasm'],
  jssip: ['./jssip-app.js'],
};

const weights = {};
for (const [name, [entry, wasm]] of Object.entries(APPLICATIONS)) {
  weights[name] = { js: await bundled(entry), wasm: wasm ? brotli(readFileSync(require.resolve(wasm))) : 0 };
}
console.log(JSON.stringify({ ...weights, version: require('jssip/package.json').version }));

// `--at-most hooks=40000`: fails where an application has become heavier.
const bounds = process.argv.slice(2).filter((argument) => argument.includes('='));
for (const [name, bound] of bounds.map((argument) => argument.split('='))) {
  const { js, wasm } = weights[name];
  if (js + wasm > Number(bound)) {
    const parts = `JavaScript ${js}, wasm ${wasm}`;
    console.error(
      `A page of ${name} loads ${js + wasm} bytes (${parts}), more than the ${bound} that xtask/src/weight.rs allows.\n` +
        'Make it lighter (CONTRIBUTING.md says how the engine is written), or raise the bound there and say why.',
    );
    process.exitCode = 1;
  }
}

import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

/**
 * Completes dist/jssip, which tsc wrote: the wasm's text beside the modules, and the same once more for
 * `require`, in a folder of its own whose files are CommonJS. There everything is one file, so that every path to a
 * class leads to the same one.
 */
export function buildJssip(root) {
  const source = join(root, 'src/jssip');
  const target = join(root, 'dist/jssip');
  const generated = join(source, 'generated');
  if (!existsSync(join(generated, 'jssip_text.js')))
    throw new Error('The drop-in’s wasm is missing: run `cargo xtask wasm`.');
  mkdirSync(join(target, 'generated'), { recursive: true });
  cpSync(join(generated, 'jssip_text.js'), join(target, 'generated/jssip_text.js'));

  const libs = readdirSync(join(source, 'lib')).map((file) => file.replace('.ts', ''));
  const common = join(target, 'cjs');
  // Applications are compiled against JsSIP's interface, not against what tsc made of the classes.
  for (const file of readdirSync(target, { recursive: true })) if (file.endsWith('.d.ts')) rmSync(join(target, file));
  for (const folder of [target, common]) cpSync(join(source, 'api'), join(folder, 'api'), { recursive: true });
  writeFileSync(join(common, 'package.json'), '{ "type": "commonjs" }\n');
  buildSync({
    stdin: {
      contents: [
        'export * as index from "./index.js";',
        ...libs.map((lib) => `export * as ${lib} from "./lib/${lib}.js";`),
      ].join('\n'),
      resolveDir: target,
    },
    outfile: join(common, 'all.js'),
    bundle: true,
    format: 'cjs',
    platform: 'neutral',
    target: 'es2022',
  });
  mkdirSync(join(common, 'lib'), { recursive: true });
  writeFileSync(join(common, 'index.js'), `module.exports = { ...require('./all.js').index };\n`);
  for (const lib of libs) writeFileSync(join(common, 'lib', `${lib}.js`), required(lib));
}

/** As JsSIP's own files are: what is the default is the module, and has the names too. */
function required(lib) {
  return [
    `const all = require('../all.js').${lib};`,
    `const whole = typeof all.default === 'function' ? all.default : { ...all.default, ...all };`,
    `if (whole === all.default) for (const name of Object.keys(all)) Object.defineProperty(whole, name, { value: all[name] });`,
    'module.exports = whole;',
    '',
  ].join('\n');
}

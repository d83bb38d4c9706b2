import { build } from 'esbuild';
import { brotliCompressSync, constants } from 'node:zlib';
const r = await build({entryPoints:[process.argv[2]??'hooks-app.js'],bundle:true,minify:true,splitting:true,format:'esm',target:'es2022',outdir:'/bundle',write:false,metafile:true,external:['react','react-dom','react-dom/client','react/jsx-runtime'],logLevel:'error'});
for (const [n,o] of Object.entries(r.metafile.outputs)) { console.log(n,o.bytes); for (const [f,i] of Object.entries(o.inputs).sort((a,b)=>b[1].bytesInOutput-a[1].bytesInOutput)) console.log('  ',i.bytesInOutput,f.replace(/.*hooks\/dist/,'')); }
for (const f of r.outputFiles) console.log(f.path, f.contents.length, brotliCompressSync(f.contents,{params:{[constants.BROTLI_PARAM_QUALITY]:11,[constants.BROTLI_PARAM_SIZE_HINT]:f.contents.length}}).length);
import {writeFileSync} from 'node:fs'; writeFileSync('/tmp/size/bundle.js', r.outputFiles[0].contents);

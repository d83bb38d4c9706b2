import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The pages in every state they can be in, without a server: `npm run gallery`. Never part of the app. */
export default defineConfig({
  root: here('.'),
  publicDir: here('../public'),
  plugins: [react()],
  define: { __VERSION__: JSON.stringify('gallery') },
  resolve: { alias: [{ find: /^headset-hooks$/, replacement: here('../../hooks/src/types.ts') }] },
});

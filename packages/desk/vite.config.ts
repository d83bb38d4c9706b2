import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import manifest from './package.json' with { type: 'json' };

const backend = process.env['HEADSET_BACKEND'] ?? 'http://localhost:8080';

export default defineConfig({
  plugins: [react()],
  define: { __VERSION__: JSON.stringify(manifest.version) },
  // The engine finds its wasm beside itself by import.meta.url; pre-bundling would move it away.
  optimizeDeps: { exclude: ['headset-hooks'] },
  build: {
    target: 'es2022',
    // The content security policy allows files of our own, not data: URLs.
    assetsInlineLimit: 0,
    sourcemap: false,
    rolldownOptions: {
      output: {
        // What changes with a dependency, not with every release of ours: the browser keeps it.
        codeSplitting: {
          groups: [
            { name: 'react', test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/ },
            { name: 'framework', test: /node_modules[\\/](@tanstack|i18next|react-i18next)[\\/]/ },
          ],
        },
      },
    },
  },
  server: {
    proxy: { '/v1': { target: backend } },
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.{ts,tsx}'],
    restoreMocks: true,
  },
});

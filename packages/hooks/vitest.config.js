import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
const source = (file) => fileURLToPath(new URL(`src/${file}`, import.meta.url));
export default defineConfig({
  resolve: {
    alias: [
      { find: /^headset-hooks$/, replacement: source('index.ts') },
      { find: /^headset-hooks\/(callcenter|phone)$/, replacement: source('$1.ts') },
    ],
  },
  test: { environment: 'happy-dom', setupFiles: [source('test/setup.ts')], restoreMocks: true },
});
//# sourceMappingURL=vitest.config.js.map

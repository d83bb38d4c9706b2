import { defineConfig } from '@playwright/test';

// Each test starts a server of its own; two at once is what two cores carry with audio on time.
export default defineConfig({
  testDir: './e2e',
  outputDir: './test-results',
  workers: 2,
  fullyParallel: true,
  timeout: 90_000,
  expect: { timeout: 10_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: [['list']],
  use: { locale: 'en-US', trace: 'retain-on-failure' },
});

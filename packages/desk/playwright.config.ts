import { defineConfig } from '@playwright/test';

// One at a time: on two cores a second Chromium makes everything late, audio first.
export default defineConfig({
  testDir: './e2e',
  outputDir: './test-results',
  workers: 1,
  timeout: 90_000,
  expect: { timeout: 10_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: [['list']],
  use: { locale: 'en-US', trace: { mode: 'retain-on-failure', screenshots: false, snapshots: false } },
});

import { type Browser, test as base, expect } from '@playwright/test';

import { launchChromium } from './chromium';
import { type Server, type ServerOptions, startServer } from './server';

interface Fixtures {
  /** The worker's Chromium; what the test opens in it is closed with the test. */
  chromium: Browser;
  /** Starts a call centre that ends with the test. */
  centre(options?: ServerOptions): Promise<Server>;
  /** A Chromium whose user refuses the microphone. */
  refusing: Browser;
}

interface WorkerFixtures {
  workerChromium: Browser;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  workerChromium: [
    // biome-ignore lint: Playwright reads the fixtures' names from the first parameter.
    async ({}, use) => {
      const browser = await launchChromium();
      await use(browser);
      await browser.close();
    },
    { scope: 'worker' },
  ],
  // Not an `afterEach`: a hook of this module would hold in the first file that imports it only.
  chromium: async ({ workerChromium }, use) => {
    await use(workerChromium);
    for (const context of workerChromium.contexts()) await context.close();
  },
  refusing: async ({}, use) => {
    const browser = await launchChromium('deny');
    await use(browser);
    await browser.close();
  },
  centre: async ({}, use, info) => {
    const servers: Server[] = [];
    await use(async (options) => {
      const server = await startServer(options);
      servers.push(server);
      return server;
    });
    for (const server of servers) {
      if (info.status !== info.expectedStatus) {
        await info.attach('server log', { body: server.log(), contentType: 'text/plain' });
      }
      await server.stop();
    }
  },
});

export { expect };

/** A call as `headset call list --json` gives it. */
export interface CallRow {
  id: string;
  caller: string;
  target: string;
  queue: string | null;
  operator: string | null;
  outcome: string | null;
  ended_by: string | null;
  offers: { login: string; outcome: string | null; reason: string | null }[];
}

/** The calls that the server has recorded, oldest first, once this many have ended. */
export async function endedCalls(server: Server, count: number): Promise<CallRow[]> {
  let calls: CallRow[] = [];
  await expect(async () => {
    calls = JSON.parse(await server.cli('call', 'list', '--json')) as CallRow[];
    expect(calls.filter((call) => call.outcome)).toHaveLength(count);
  }).toPass({ timeout: 10_000 });
  return calls;
}

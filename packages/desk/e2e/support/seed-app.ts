import { type Browser, type Page, expect } from '@playwright/test';
import path from 'node:path';
import { createServer } from 'vite';

import { rememberPeers } from './audio';
import { type Server, passwordOf } from './server';

/** The seed's example, served as an application developer would, from an origin of its own. */
export async function serveSeedApp(): Promise<{ url: string; stop(): Promise<void> }> {
  const vite = await createServer({
    configFile: false,
    root: path.resolve(import.meta.dirname, '../seed-app'),
    logLevel: 'error',
    server: { port: 0, host: 'localhost', fs: { allow: [path.resolve(import.meta.dirname, '../../../..')] } },
    resolve: { dedupe: ['react', 'react-dom'] },
  });
  await vite.listen();
  const url = vite.resolvedUrls?.local[0];
  if (!url) throw new Error('vite gave no address');
  return { url, stop: () => vite.close() };
}

/** Opens the application; nobody is logged in at the call centre yet. */
export async function openSeedApp(browser: Browser, server: Server, appUrl: string): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-US', reducedMotion: 'reduce', permissions: ['microphone'] });
  const page = await context.newPage();
  await page.addInitScript(rememberPeers);
  await page.goto(`${appUrl}?host=${encodeURIComponent(server.url)}`);
  return page;
}

/** Logs in as another tab would; the application notices when it gets the focus. */
export async function logInElsewhere(page: Page, server: Server, login: string): Promise<void> {
  const answer = await page.context().request.post(`${server.url}/v1/auth/login`, {
    data: { login, password: passwordOf(login) },
    headers: { 'X-Headset-Request': '1' },
  });
  expect(answer.ok()).toBe(true);
  await page.evaluate(() => window.dispatchEvent(new Event('focus')));
}

/** The application, logged in and on line. */
export async function seedAppOnLine(browser: Browser, server: Server, appUrl: string, login: string): Promise<Page> {
  const page = await openSeedApp(browser, server, appUrl);
  await logInElsewhere(page, server, login);
  await expect(page.getByText('Ваш текущий статус на регистарах: registered')).toBeVisible({ timeout: 20_000 });
  await page.getByRole('button', { name: 'Выйти на линию' }).click();
  await expect(page.getByText('Ваш текущий статус в телефонии: connected')).toBeVisible();
  return page;
}

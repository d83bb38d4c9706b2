import { type Browser, type Locator, type Page, expect } from '@playwright/test';

import { rememberPeers } from './audio';
import type { Microphone } from './chromium';
import { type Server, passwordOf } from './server';

/** An operator at the /test page. */
export class Operator {
  readonly page: Page;
  readonly login: string;
  readonly server: Server;
  readonly call: Locator;

  private constructor(page: Page, login: string, server: Server) {
    this.page = page;
    this.login = login;
    this.server = server;
    this.call = page.getByRole('region', { name: 'Call', exact: true });
  }

  static async open(
    browser: Browser,
    server: Server,
    login: string,
    { microphone = 'granted' }: { microphone?: Microphone } = {},
  ): Promise<Operator> {
    const context = await browser.newContext({
      locale: 'en-US',
      reducedMotion: 'reduce',
      permissions: microphone === 'granted' ? ['microphone'] : [],
    });
    const page = await context.newPage();
    await page.addInitScript(rememberPeers);
    if (microphone === 'prompt') await askEachTime(page);
    await page.goto(`${server.url}/test`);
    return new Operator(page, login, server);
  }

  /** Logged in and on line. */
  static async onLine(
    browser: Browser,
    server: Server,
    login: string,
    options?: { microphone?: Microphone },
  ): Promise<Operator> {
    const operator = await Operator.open(browser, server, login, options);
    await operator.logIn();
    await operator.goOnline();
    return operator;
  }

  async logIn(password = passwordOf(this.login)): Promise<void> {
    await this.page.getByLabel('Login', { exact: true }).fill(this.login);
    await this.page.getByLabel('Password', { exact: true }).fill(password);
    await this.page.getByRole('button', { name: 'Log in', exact: true }).click();
  }

  /** Logged in, on line and known to this many registrars. */
  async goOnline(registrars = 2): Promise<void> {
    await this.expectRegistrars(registrars);
    await this.page
      .getByRole('button', { name: /^(Go|Back) on line/ })
      .first()
      .click();
    await this.expectStatus('On line');
  }

  async expectRegistrars(up: number): Promise<void> {
    await expect(this.page.getByTestId('registrars')).toContainText(new RegExp(`^${up} of`), { timeout: 15_000 });
  }

  async expectStatus(status: string, options?: { timeout: number }): Promise<void> {
    await expect(this.page.getByTestId('status')).toContainText(status, options);
  }

  async expectRinging(number: string, queue = 'Support'): Promise<void> {
    await expect(this.call.getByText('Incoming call')).toBeVisible({ timeout: 15_000 });
    await expect(this.call).toContainText(queue);
    const digits = (await this.call.getByTestId('number').innerText()).replace(/\D/g, '');
    expect(digits).toBe(number);
  }

  async expectQuiet(): Promise<void> {
    await expect(this.call.getByText('Incoming call')).toBeHidden();
    await expect(this.call.getByRole('button', { name: 'Hang up' })).toBeHidden();
  }

  async answer(): Promise<void> {
    await this.call.getByRole('button', { name: 'Answer' }).click();
    await this.expectTalking();
  }

  async expectTalking(): Promise<void> {
    await expect(this.call.getByRole('button', { name: 'Hang up' })).toBeVisible();
  }

  async press(name: string): Promise<void> {
    await this.call.getByRole('button', { name, exact: true }).click();
  }
}

/** The browser asks whenever the microphone is wanted, and keeps no permission. */
async function askEachTime(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  const { targetInfo } = await devtools.send('Target.getTargetInfo');
  await devtools.send('Browser.setPermission', {
    permission: { name: 'microphone' },
    setting: 'prompt',
    browserContextId: targetInfo.browserContextId,
  });
}

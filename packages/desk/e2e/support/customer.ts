import { type Browser, type Page, expect } from '@playwright/test';

import { rememberPeers } from './audio';
import type { Server } from './server';

/** A customer at the /customer page. */
export class Customer {
  readonly page: Page;
  readonly number: string;

  private constructor(page: Page, number: string) {
    this.page = page;
    this.number = number;
  }

  static async open(browser: Browser, server: Server, number: string): Promise<Customer> {
    const context = await browser.newContext({ locale: 'en-US', reducedMotion: 'reduce', permissions: ['microphone'] });
    const page = await context.newPage();
    await page.addInitScript(rememberPeers);
    await page.goto(`${server.url}/customer`);
    await page.getByLabel('Your number').fill(number);
    return new Customer(page, number);
  }

  /** At the page, and calling the queue. */
  static async calling(browser: Browser, server: Server, number: string): Promise<Customer> {
    const customer = await Customer.open(browser, server, number);
    await customer.dial();
    return customer;
  }

  /** Calls the queue. */
  async dial(): Promise<void> {
    await this.page.getByRole('button', { name: /^Call( again)?$/ }).click();
  }

  async expectPlace(place: number): Promise<void> {
    await expect(this.page.getByTestId('queue-place')).toHaveText(String(place));
  }

  async expectTalking(): Promise<void> {
    await expect(this.page.getByTestId('customer-state')).toContainText('Talking');
  }

  async expectEnded(): Promise<void> {
    await expect(this.page.getByRole('button', { name: 'Call again' })).toBeVisible();
  }

  async hangUp(): Promise<void> {
    await this.page.getByRole('button', { name: 'Hang up' }).click();
  }
}

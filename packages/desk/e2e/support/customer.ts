import { type Browser, type Page, expect } from '@playwright/test';

import { rememberPeers } from './audio';
import type { Server } from './server';

/** A customer at the /customer page. */
export class Customer {
    private constructor(
        readonly page: Page,
        readonly number: string,
    ) {}

    static async open(browser: Browser, server: Server, number: string): Promise<Customer> {
        const context = await browser.newContext({ locale: 'en-US', permissions: ['microphone'] });
        const page = await context.newPage();
        await page.addInitScript(rememberPeers);
        await page.goto(`${server.url}/customer`);
        await page.getByLabel('Your number').fill(number);
        return new Customer(page, number);
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

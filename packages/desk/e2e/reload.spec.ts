import type { Browser } from '@playwright/test';

import { expectHears, expectNothingHeard, expectSilence, expectTalking } from './support/audio';
import { Customer } from './support/customer';
import { Operator } from './support/operator';
import type { Server } from './support/server';
import { endedCalls, expect, test } from './support/test';

/** Anna talks to a customer; her page may be left without a question. */
async function talking(chromium: Browser, server: Server) {
  const anna = await Operator.onLine(chromium, server, 'anna');
  anna.page.on('dialog', (dialog) => void dialog.accept());
  const customer = await Customer.calling(chromium, server, '79991234567');
  await anna.expectRinging('79991234567');
  await anna.answer();
  await expectTalking(anna.page, customer.page);
  return { anna, customer };
}

/** Anna asks Boris while the customer waits; he is rung. */
async function asking(chromium: Browser, server: Server) {
  const boris = await Operator.open(chromium, server, 'boris');
  await boris.logIn();
  const { anna, customer } = await talking(chromium, server);
  await boris.goOnline();
  await anna.press('Transfer');
  await anna.call.getByLabel('Who takes the call').fill('boris');
  await anna.press('Ask first');
  await expect(boris.call.getByText('Incoming call')).toBeVisible({ timeout: 15_000 });
  return { anna, boris, customer };
}

test('a page that is loaded again goes on with its call, as often as it is', async ({ centre, chromium }) => {
  const server = await centre();
  const { anna, customer } = await talking(chromium, server);

  for (let time = 1; time <= 2; time += 1) {
    await anna.page.reload();
    await anna.expectTalking();
    await expect(anna.call.getByTestId('number')).toHaveText('+7 999 123-45-67');
    await expectTalking(anna.page, customer.page);
  }
  await anna.press('Hang up');
  await customer.expectEnded();
  const [call] = await endedCalls(server, 1);
  expect(call).toMatchObject({ outcome: 'answered', operator: 'anna' });
});

test('a page that is loaded again while a colleague is asked goes on with both calls, and connects them', async ({
  centre,
  chromium,
}) => {
  test.setTimeout(120_000);
  const server = await centre({ operators: ['anna', 'boris'] });
  const { anna, boris, customer } = await asking(chromium, server);
  await boris.answer();
  await Promise.all([expectHears(anna.page, 'Anna'), expectHears(boris.page, 'Boris')]);

  await anna.page.reload();
  await expect(anna.call).toContainText('Talking to a colleague');
  await expect(anna.call.getByTestId('caller-waits')).toContainText('+7 999 123-45-67');
  await Promise.all([expectHears(anna.page, 'Anna'), expectHears(boris.page, 'Boris')]);
  await expectSilence(customer.page, 'the customer, who waits');
  await expectNothingHeard(customer.page, 'the customer, who waits');

  await anna.press('Connect them');
  await anna.expectQuiet();
  await expectTalking(boris.page, customer.page);
  await expect(boris.call.getByTestId('number')).toHaveText('+7 999 123-45-67');
  await boris.press('Hang up');
  await customer.expectEnded();
});

test('a colleague who has not answered yet rings no more when the page is loaded again, and the customer waits', async ({
  centre,
  chromium,
}) => {
  const server = await centre({ operators: ['anna', 'boris'] });
  const { anna, boris, customer } = await asking(chromium, server);

  await anna.page.reload({ waitUntil: 'commit' });
  // Sooner than the server gives up whoever is lost.
  await expect(boris.call.getByText('Incoming call')).toBeHidden({ timeout: 3_000 });
  await expect(anna.call).toContainText('On hold');
  await expectSilence(customer.page, 'the customer, who waits');
  await anna.press('Resume');
  await expectTalking(anna.page, customer.page);
});

import type { Browser } from '@playwright/test';

import { expectHears, expectSilence, expectTalking } from './support/audio';
import { Customer } from './support/customer';
import { Operator } from './support/operator';
import type { Server } from './support/server';
import { endedCalls, expect, test } from './support/test';

/** Anna talks to a customer; Boris is on line and free. */
async function talking(chromium: Browser, server: Server) {
  const anna = await Operator.onLine(chromium, server, 'anna');
  const boris = await Operator.onLine(chromium, server, 'boris');
  const customer = await Customer.calling(chromium, server, '79991234567');
  await anna.expectRinging('79991234567');
  await anna.answer();
  await expectTalking(anna.page, customer.page);
  return { anna, boris, customer };
}

async function transferTo(operator: Operator, login: string, how: 'Ask first' | 'Transfer now') {
  await operator.press('Transfer');
  await operator.call.getByLabel('Who takes the call').fill(login);
  await operator.press(how);
}

test('a call is handed on unseen: the customer hears the second operator, the first is free again', async ({
  centre,
  chromium,
}) => {
  const server = await centre({ operators: ['anna', 'boris'] });
  const { anna, boris, customer } = await talking(chromium, server);

  await transferTo(anna, 'boris', 'Transfer now');
  await expect(anna.call).toContainText('Transferring…');
  await expect(boris.call.getByText('Incoming call')).toBeVisible({ timeout: 15_000 });
  // Until Boris answers nobody is left alone.
  await expectTalking(anna.page, customer.page);
  await boris.answer();
  await anna.expectQuiet();
  await expect(anna.call).toContainText('Call ended');
  await expectTalking(boris.page, customer.page);
  await customer.expectTalking();
  await boris.press('Hang up');
  await customer.expectEnded();

  const [call] = await endedCalls(server, 1);
  expect(call).toMatchObject({ outcome: 'answered', caller: 'guest-79991234567' });
});

test('a colleague who does not take the call leaves it where it was', async ({ centre, chromium }) => {
  const server = await centre({ operators: ['anna', 'boris'] });
  const { anna, boris, customer } = await talking(chromium, server);

  await transferTo(anna, 'boris', 'Transfer now');
  await expect(boris.call.getByText('Incoming call')).toBeVisible({ timeout: 15_000 });
  await boris.press('Refuse');
  await expect(anna.call).toContainText('The call was not transferred');
  await expectTalking(anna.page, customer.page);
  await anna.press('Hang up');
  await customer.expectEnded();
});

test('a colleague is asked first, then the two are connected', async ({ centre, chromium }) => {
  test.setTimeout(120_000);
  const server = await centre({ operators: ['anna', 'boris'] });
  const { anna, boris, customer } = await talking(chromium, server);

  await transferTo(anna, 'boris', 'Ask first');
  await expect(boris.call.getByText('Incoming call')).toBeVisible({ timeout: 15_000 });
  await boris.answer();
  await expect(anna.call).toContainText('Talking to a colleague');
  await expect(anna.call.getByTestId('caller-waits')).toContainText('+7 999 123-45-67');
  await Promise.all([expectHears(anna.page, 'Anna'), expectHears(boris.page, 'Boris')]);
  await expectSilence(customer.page, 'the customer, who waits');

  await anna.press('Connect them');
  await anna.expectQuiet();
  await expectTalking(boris.page, customer.page);
  await expect(boris.call.getByTestId('number')).toHaveText('+7 999 123-45-67');
  await boris.press('Hang up');
  await customer.expectEnded();
});

test('who asked a colleague goes back to the caller', async ({ centre, chromium }) => {
  const server = await centre({ operators: ['anna', 'boris'] });
  const { anna, boris, customer } = await talking(chromium, server);

  await transferTo(anna, 'boris', 'Ask first');
  await expect(boris.call.getByText('Incoming call')).toBeVisible({ timeout: 15_000 });
  await boris.answer();
  await expect(anna.call).toContainText('Talking to a colleague');
  await anna.press('Back');
  await boris.expectQuiet();
  await anna.expectTalking();
  await expectTalking(anna.page, customer.page);
  await customer.hangUp();
  await anna.expectQuiet();
});

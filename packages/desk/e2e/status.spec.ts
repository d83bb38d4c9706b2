import { expectTalking } from './support/audio';
import { Customer } from './support/customer';
import { Operator } from './support/operator';
import { expect, test } from './support/test';

test('a pause with a reason, and a pause asked for in a call is taken at its end', async ({ centre, chromium }) => {
  const server = await centre();
  const anna = await Operator.onLine(chromium, server, 'anna');

  await anna.page.getByRole('button', { name: 'Take a break' }).click();
  await anna.page.getByRole('menuitem', { name: 'Lunch' }).click();
  await anna.expectStatus('On a break');
  expect(await server.cli('operator', 'list')).toMatch(/anna.*paused.*lunch/);
  await anna.goOnline();

  const customer = await Customer.calling(chromium, server, '79991234567');
  await anna.expectRinging('79991234567');
  await anna.answer();
  await anna.page.getByRole('button', { name: 'Take a break' }).click();
  await anna.page.getByRole('menuitem', { name: 'Lunch' }).click();
  await expect(anna.page.getByText(/After this call: On a break/)).toBeVisible();
  await anna.expectStatus('On line');
  await expectTalking(anna.page, customer.page);
  await anna.press('Hang up');
  await anna.expectStatus('On a break');

  await customer.dial();
  await customer.expectPlace(1);
  await anna.expectQuiet();
});

import { expectTalking } from './support/audio';
import { Customer } from './support/customer';
import { Operator } from './support/operator';
import { endedCalls, expect, test } from './support/test';

test('a page that is loaded again goes on with its call', async ({ centre, chromium }) => {
  const server = await centre();
  const anna = await Operator.onLine(chromium, server, 'anna');
  const customer = await Customer.calling(chromium, server, '79991234567');
  await anna.expectRinging('79991234567');
  await anna.answer();
  await expectTalking(anna.page, customer.page);

  anna.page.on('dialog', (dialog) => void dialog.accept());
  await anna.page.reload();
  await anna.expectTalking();
  await expect(anna.call.getByTestId('number')).toHaveText('+7 999 123-45-67');
  await expectTalking(anna.page, customer.page);
  await anna.press('Hang up');
  await customer.expectEnded();
  const [call] = await endedCalls(server, 1);
  expect(call).toMatchObject({ outcome: 'answered', operator: 'anna' });
});

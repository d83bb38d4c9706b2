import { expectHears, expectSilence, expectTalking } from './support/audio';
import { Customer } from './support/customer';
import { Operator } from './support/operator';
import { endedCalls, expect, test } from './support/test';

test('a customer calls, the operator answers, both hear each other; each side hangs up once', async ({
  centre,
  chromium,
}) => {
  const server = await centre();
  const anna = await Operator.onLine(chromium, server, 'anna');
  const customer = await Customer.open(chromium, server, '79991234567');

  await customer.dial();
  await anna.expectRinging('79991234567');
  await anna.answer();
  await customer.expectTalking();
  await expectTalking(anna.page, customer.page);
  await anna.press('Hang up');
  await customer.expectEnded();
  await anna.expectQuiet();

  await customer.dial();
  await anna.expectRinging('79991234567');
  await anna.answer();
  await expectTalking(anna.page, customer.page);
  await customer.hangUp();
  await customer.expectEnded();
  await anna.expectQuiet();

  const [first, second] = await endedCalls(server, 2);
  expect(first).toMatchObject({ outcome: 'answered', operator: 'anna', ended_by: 'callee', queue: 'support' });
  expect(second).toMatchObject({ outcome: 'answered', operator: 'anna', ended_by: 'caller' });
});

test('hold, resume, mute and digits', async ({ centre, chromium }) => {
  const server = await centre();
  const anna = await Operator.onLine(chromium, server, 'anna');
  const customer = await Customer.calling(chromium, server, '79991234567');
  await anna.expectRinging('79991234567');
  await anna.answer();
  await expectTalking(anna.page, customer.page);

  await anna.press('Hold');
  await expect(anna.call.getByText('On hold')).toBeVisible();
  await expectSilence(customer.page, 'the customer');
  await expectSilence(anna.page, 'the operator');
  await anna.press('Resume');
  await expectTalking(anna.page, customer.page);

  await anna.press('Mute');
  await expect(anna.call.getByText('Microphone is off')).toBeVisible();
  await expectSilence(customer.page, 'the customer');
  await expectHears(anna.page, 'the operator');
  await anna.press('Unmute');
  await expectHears(customer.page, 'the customer');

  await anna.press('Keypad');
  for (const digit of ['4', '2', '#']) await anna.page.getByRole('button', { name: digit, exact: true }).click();
  await expect(customer.page.getByTestId('digits')).toHaveText(/4\s*2\s*#/);
});

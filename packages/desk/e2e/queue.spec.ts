import { expectTalking } from './support/audio';
import { Customer } from './support/customer';
import { Operator } from './support/operator';
import { endedCalls, expect, test } from './support/test';

test('two operators, three customers: longest idle first, the third waits and is next, one gives up', async ({
  centre,
  chromium,
}) => {
  // Six pages and four calls: the longest story of all.
  test.setTimeout(180_000);
  const server = await centre({ operators: ['anna', 'boris'] });
  // Against the alphabet, so that it is the time that counts.
  const boris = await Operator.onLine(chromium, server, 'boris');
  const anna = await Operator.onLine(chromium, server, 'anna');

  await Customer.calling(chromium, server, '70000000001');
  await boris.expectRinging('70000000001');
  await anna.expectQuiet();
  await boris.answer();

  await Customer.calling(chromium, server, '70000000002');
  await anna.expectRinging('70000000002');
  await anna.answer();

  const third = await Customer.calling(chromium, server, '70000000003');
  await third.expectPlace(1);
  const fourth = await Customer.calling(chromium, server, '70000000004');
  await fourth.expectPlace(2);
  await fourth.hangUp();
  await fourth.expectEnded();

  await boris.press('Hang up');
  await boris.expectRinging('70000000003');
  await boris.answer();
  await expectTalking(boris.page, third.page);
  await boris.press('Hang up');
  await anna.press('Hang up');

  const outcomes = Object.fromEntries((await endedCalls(server, 4)).map((call) => [call.caller, call.outcome]));
  expect(outcomes).toEqual({
    'guest-70000000001': 'answered',
    'guest-70000000002': 'answered',
    'guest-70000000003': 'answered',
    'guest-70000000004': 'abandoned',
  });
});

test('one who does not answer is passed over and marked; the next has audio both ways', async ({
  centre,
  chromium,
}) => {
  const server = await centre({ operators: ['anna', 'boris'], queue: { no_answer_timeout_s: 4 } });
  const anna = await Operator.onLine(chromium, server, 'anna');
  const boris = await Operator.onLine(chromium, server, 'boris');

  const customer = await Customer.calling(chromium, server, '79991234567');
  await anna.expectRinging('79991234567');
  await boris.expectRinging('79991234567');
  await anna.expectQuiet();
  await expect(anna.call).toContainText('Missed call');
  await boris.answer();
  await expectTalking(boris.page, customer.page);
  await customer.hangUp();

  const [call] = await endedCalls(server, 1);
  expect(call).toMatchObject({
    outcome: 'answered',
    operator: 'boris',
    offers: [
      { login: 'anna', outcome: 'ring_no_answer' },
      { login: 'boris', outcome: 'answered' },
    ],
  });
});

test('a caller who gives up while an operator rings is abandoned, and the page falls quiet', async ({
  centre,
  chromium,
}) => {
  const server = await centre();
  const anna = await Operator.onLine(chromium, server, 'anna');
  const customer = await Customer.calling(chromium, server, '79991234567');
  await anna.expectRinging('79991234567');
  await customer.hangUp();
  await anna.expectQuiet();
  await expect(anna.call).toContainText('The caller hung up');
  const [call] = await endedCalls(server, 1);
  expect(call).toMatchObject({ outcome: 'abandoned', offers: [{ login: 'anna', outcome: 'caller_gone' }] });
});

test('an operator calls a customer', async ({ centre, chromium }) => {
  const server = await centre();
  const anna = await Operator.onLine(chromium, server, 'anna');
  const customer = await Customer.open(chromium, server, '79991234567');
  await expect(customer.page.getByText('Ready to call')).toBeVisible();

  await anna.page.getByLabel('Call a number').fill('79991234567');
  await anna.page.getByRole('button', { name: 'Call', exact: true }).click();
  await expect(customer.page.getByText('The operator is calling you')).toBeVisible();
  await expect(anna.call).toContainText('Ringing at their end');
  await customer.page.getByRole('button', { name: 'Answer' }).click();
  await anna.expectTalking();
  await expectTalking(anna.page, customer.page);
  await customer.hangUp();
  await anna.expectQuiet();
  const [call] = await endedCalls(server, 1);
  expect(call).toMatchObject({ outcome: 'answered', caller: 'anna', queue: null, ended_by: 'callee' });
});

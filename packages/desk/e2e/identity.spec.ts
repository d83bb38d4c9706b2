import { Operator } from './support/operator';
import { passwordOf } from './support/server';
import { Customer } from './support/customer';
import { expectHears } from './support/audio';
import { expect, test } from './support/test';

test('an account that is no operator is told so, and may log in as someone else', async ({ centre, chromium }) => {
  const server = await centre({ operators: ['anna'], accounts: ['dmitry'] });
  const dmitry = await Operator.open(chromium, server, 'dmitry');
  await dmitry.logIn();
  await expect(dmitry.page.getByText('This account is not an operator')).toBeVisible();
  await dmitry.page.getByRole('button', { name: 'Log in as someone else' }).click();
  await expect(dmitry.page.getByLabel('Login', { exact: true })).toBeVisible();
});

test('a wrong password ten times: refused with the time to wait, also with the right one', async ({
  centre,
  chromium,
}) => {
  const server = await centre();
  const anna = await Operator.open(chromium, server, 'anna');
  await anna.logIn('wrong');
  await expect(anna.page.getByText('The login or the password is wrong')).toBeVisible();
  for (let n = 2; n <= 10; n += 1) {
    const refused = anna.page.waitForResponse('**/v1/auth/login');
    await anna.logIn(`wrong ${n}`);
    await refused;
  }
  await anna.logIn(passwordOf('anna'));
  await expect(anna.page.getByText('Too many attempts')).toBeVisible();
  await expect(anna.page.getByText(/You can try again in/)).toBeVisible();
});

test('a session that ends in mid-shift asks to log in again in place, and leaves the call alone', async ({
  centre,
  chromium,
}) => {
  // Credentials so short that the page needs the session again within the call.
  const server = await centre({ extra: '[credentials]\nlifetime_s = 20' });
  const anna = await Operator.onLine(chromium, server, 'anna');
  const customer = await Customer.calling(chromium, server, '79991234567');
  await anna.expectRinging('79991234567');
  await anna.answer();

  await anna.page.context().clearCookies();
  const prompt = anna.page.getByRole('button', { name: 'Log in again' });
  await expect(prompt.or(anna.page.getByRole('dialog')).first()).toBeVisible({ timeout: 40_000 });
  await expectHears(anna.page, 'the operator');
  await expectHears(customer.page, 'the customer');
  if (!(await anna.page.getByRole('dialog').isVisible())) await prompt.click();
  const dialog = anna.page.getByRole('dialog');
  await dialog.getByLabel('Password', { exact: true }).fill(passwordOf('anna'));
  await dialog.getByRole('button', { name: 'Log in', exact: true }).click();
  await expect(dialog).toBeHidden();
  await expectHears(anna.page, 'the operator');
  await anna.press('Hang up');
  await anna.expectStatus('On line');
});

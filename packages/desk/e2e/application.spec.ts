import { expectKeyFive, expectTalking } from './support/audio';
import { Customer } from './support/customer';
import { Operator } from './support/operator';
import { logInElsewhere, openSeedApp, seedAppOnLine, serveSeedApp } from './support/seed-app';
import { endedCalls, expect, test as base } from './support/test';

const test = base.extend<object, { app: string }>({
  app: [
    async ({}, use) => {
      const app = await serveSeedApp();
      await use(app.url);
      await app.stop();
    },
    { scope: 'worker' },
  ],
});
const options = { operators: ['anna', 'boris'], origins: ['http://localhost:*'] };

test("the seed's example, on an origin of its own, takes a call", async ({ centre, chromium, app }) => {
  const server = await centre(options);
  const page = await seedAppOnLine(chromium, server, app, 'anna');
  await expect(page.getByText('Ваш логин: anna')).toBeVisible();
  const customer = await Customer.calling(chromium, server, '79991234567');
  await expect(page.getByText('Входящий вызов')).toBeVisible();
  await expect(page.getByText('Очередь: Support')).toBeVisible();
  await expect(page.getByText('Номер: 79991234567')).toBeVisible();
  await page.getByRole('button', { name: 'Ответить' }).click();
  await expect(page.getByText('Вы сейчас разговариваете')).toBeVisible();
  await expectTalking(page, customer.page);
  await page.getByRole('button', { name: 'Закончить вызов' }).click();
  await customer.expectEnded();
  await page.getByRole('button', { name: 'Уйти с линии' }).click();
  await expect(page.getByText('Ваш текущий статус в телефонии: disconnected')).toBeVisible();
  await expect(page.getByTestId('log')).toContainText('status disconnected -> connected');
  await expect(page.getByTestId('log')).toContainText('status connected -> disconnected');
});

test('a key in RTP is heard by the customer as its two tones', async ({ centre, chromium, app }) => {
  const server = await centre(options);
  const page = await seedAppOnLine(chromium, server, app, 'anna');
  const customer = await Customer.calling(chromium, server, '79991234567');
  await page.getByRole('button', { name: 'Ответить' }).click();
  await expectTalking(page, customer.page);
  await expectKeyFive(customer.page, () => page.getByRole('button', { name: '5 in RTP' }).click());
});

test('not logged in, or as no operator: the hooks say which, and a log-in in another tab mends it', async ({
  centre,
  chromium,
  app,
}) => {
  const server = await centre({ ...options, accounts: ['dmitry'] });
  const page = await openSeedApp(chromium, server, app);
  await expect(page.getByText('Ошибка получения данных для подключения к серверам телефонии')).toBeVisible();
  await expect(page.getByTestId('log')).toContainText('hash: unauthenticated');
  await logInElsewhere(page, server, 'dmitry');
  await expect(page.getByTestId('log')).toContainText('hash: not_an_operator');
  await logInElsewhere(page, server, 'anna');
  await expect(page.getByText('Ваш текущий статус на регистарах: registered')).toBeVisible({ timeout: 20_000 });
});

test('onStatusChange tells of a change made elsewhere', async ({ centre, chromium, app }) => {
  const server = await centre(options);
  const page = await seedAppOnLine(chromium, server, app, 'anna');
  const elsewhere = await page.context().request.put(`${server.url}/v1/telephony/status`, {
    data: { status: 'paused', sub_status: 'lunch' },
    headers: { 'X-Headset-Request': '1' },
  });
  expect(elsewhere.ok()).toBe(true);
  await expect(page.getByText('Ваш текущий статус в телефонии: paused')).toBeVisible();
  await expect(page.getByTestId('log')).toContainText('status connected -> paused');
});

test('startSessionDisabledReason: refused with it, told of it, and the next operator has audio both ways', async ({
  centre,
  chromium,
  app,
}) => {
  const server = await centre(options);
  const page = await seedAppOnLine(chromium, server, app, 'anna');
  await page.getByLabel('Refuse calls').check();
  const boris = await Operator.onLine(chromium, server, 'boris');
  const customer = await Customer.calling(chromium, server, '79991234567');
  await boris.expectRinging('79991234567');
  await expect(page.getByTestId('log')).toContainText('terminated 480 dinner is served');
  await boris.answer();
  await expectTalking(boris.page, customer.page);
  await boris.press('Hang up');
  const [call] = await endedCalls(server, 1);
  expect(call?.offers).toMatchObject([
    { login: 'anna', outcome: 'rejected', reason: 'dinner is served' },
    { login: 'boris', outcome: 'answered' },
  ]);
});

test('refused with nobody else there: no offer again before the reject delay', async ({ centre, chromium, app }) => {
  const server = await centre({ ...options, queue: { reject_delay_s: 5 } });
  const page = await seedAppOnLine(chromium, server, app, 'anna');
  await page.getByLabel('Refuse calls').check();
  const customer = await Customer.calling(chromium, server, '79991234567');
  const log = page.getByTestId('log');
  await expect(log).toContainText('terminated 480 dinner is served');
  const refusedAt = Date.now();
  await page.getByLabel('Refuse calls').uncheck();
  await expect(page.getByText('Входящий вызов')).toBeVisible({ timeout: 20_000 });
  expect(Date.now() - refusedAt).toBeGreaterThan(4_500);
  await customer.expectPlace(1);
  await page.getByRole('button', { name: 'Ответить' }).click();
  await expectTalking(page, customer.page);
});

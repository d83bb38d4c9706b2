import { expectTalking, expectUnbroken } from './support/audio';
import { launchChromiumServer } from './support/chromium';
import { Customer } from './support/customer';
import { Operator } from './support/operator';
import { expect, test } from './support/test';
import { chromium as playwright } from '@playwright/test';

/** Which registrars of the three hold a connection now. */
const inUse = (server: Operator['server']) =>
  Object.entries(server.registrars)
    .filter(([, proxy]) => proxy.open() > 0)
    .map(([id]) => id)
    .sort();

test('draining one of two while idle: the third comes in before the drained one leaves', async ({
  centre,
  chromium,
}) => {
  const server = await centre();
  const anna = await Operator.onLine(chromium, server, 'anna');
  const before = inUse(server);
  expect(before).toHaveLength(2);
  const [drained, kept] = before as [string, string];
  const third = ['r1', 'r2', 'r3'].find((id) => !before.includes(id)) as string;

  // Watched from outside the page all the way: connections as the registrars' proxies see them.
  const seen: string[] = [];
  const watch = setInterval(() => {
    const now = inUse(server).join();
    if (seen.at(-1) !== now) seen.push(now);
  }, 5);
  await server.cli('registrar', 'drain', drained);
  await expect.poll(() => inUse(server), { timeout: 20_000 }).toEqual([kept, third].sort());
  clearInterval(watch);
  expect(seen).toEqual([before.join(), ['r1', 'r2', 'r3'].join(), [kept, third].sort().join()]);
  await anna.expectRegistrars(2);

  const customer = await Customer.calling(chromium, server, '79991234567');
  await anna.expectRinging('79991234567');
  await anna.answer();
  await expectTalking(anna.page, customer.page);
});

test('draining during a call: the audio goes on, nothing moves until the call ends, then it does', async ({
  centre,
  chromium,
}) => {
  const server = await centre();
  const anna = await Operator.onLine(chromium, server, 'anna');
  const before = inUse(server);
  const connections = () => Object.fromEntries(Object.entries(server.registrars).map(([id, p]) => [id, p.open()]));
  const annas = connections();
  const customer = await Customer.calling(chromium, server, '79991234567');
  await anna.expectRinging('79991234567');
  await anna.answer();
  await expectTalking(anna.page, customer.page);
  const during = connections();

  const drained = before[0] as string;
  await server.cli('registrar', 'drain', drained);
  await expect(anna.page.getByTestId('registrars')).toHaveAttribute('data-rotation', 'pending', { timeout: 20_000 });
  for (const [page, who] of [
    [anna.page, 'the operator'],
    [customer.page, 'the customer'],
  ] as const) {
    await expectUnbroken(page, who, 3);
  }
  expect(connections()).toEqual(during);

  await anna.press('Hang up');
  await expect
    .poll(() => server.registrars[drained]?.open(), { timeout: 20_000 })
    .toBe((during[drained] ?? 0) - (annas[drained] ?? 0));
  await anna.expectRegistrars(2);
});

test('both registrars unreachable for 15 s: off line with registration_lost, and it does not come back alone', async ({
  centre,
  chromium,
}) => {
  const server = await centre({ registrars: 2 });
  const anna = await Operator.onLine(chromium, server, 'anna');

  for (const registrar of Object.values(server.registrars)) registrar.cut();
  const cutAt = Date.now();
  await anna.expectStatus('Off line', { timeout: 30_000 });
  expect(Date.now() - cutAt).toBeGreaterThan(14_500);
  await expect(anna.page.getByText('You were taken off line: the connection was lost')).toBeVisible();
  expect(await server.cli('operator', 'list')).toMatch(/anna.*registration_lost/);

  for (const registrar of Object.values(server.registrars)) registrar.mend();
  await anna.expectRegistrars(2);
  await anna.expectStatus('Off line');
  await anna.page
    .getByRole('button', { name: /^(Go|Back) on line/ })
    .first()
    .click();
  await anna.expectStatus('On line');
});

test("a browser killed in its tracks: off line by the server's watch", async ({ centre }) => {
  const server = await centre();
  const process = await launchChromiumServer();
  const browser = await playwright.connect(process.wsEndpoint());
  await Operator.onLine(browser, server, 'anna');
  process.process().kill('SIGKILL');
  await expect(async () => {
    expect(await server.cli('operator', 'list')).toMatch(/anna.*disconnected.*unreachable/);
  }).toPass({ timeout: 60_000, intervals: [500] });
});

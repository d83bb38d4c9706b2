import { expectTalking } from './support/audio';
import { Customer } from './support/customer';
import { Operator } from './support/operator';
import { endedCalls, expect, test } from './support/test';

test('granted beforehand: everything is prepared while it rings', async ({ centre, chromium }) => {
  const server = await centre();
  const anna = await Operator.onLine(chromium, server, 'anna', { microphone: 'granted' });
  const customer = await Customer.calling(chromium, server, '79991234567');
  await anna.expectRinging('79991234567');
  // The peer connection exists, has answered locally, and was given none of the far end's candidates.
  await expect
    .poll(() =>
      anna.page.evaluate(() => {
        const { testPeers } = window as unknown as { testPeers: RTCPeerConnection[] };
        const peer = testPeers.at(-1);
        return {
          local: peer?.localDescription?.type,
          ice: peer?.iceConnectionState,
          candidates: /a=candidate/.test(peer?.remoteDescription?.sdp ?? ''),
        };
      }),
    )
    .toEqual({ local: 'answer', ice: 'new', candidates: false });
  await anna.answer();
  await expectTalking(anna.page, customer.page);
});

test('granted at the click: asked for when answering, then both hear each other', async ({ centre, chromium }) => {
  const server = await centre();
  const anna = await Operator.onLine(chromium, server, 'anna', { microphone: 'prompt' });
  const customer = await Customer.calling(chromium, server, '79991234567');
  await anna.expectRinging('79991234567');
  // Nothing is prepared without a permission that holds: the microphone comes first, then the answer.
  expect(await anna.page.evaluate(() => (window as unknown as { testPeers: unknown[] }).testPeers.length)).toBe(0);
  await anna.answer();
  await expectTalking(anna.page, customer.page);
});

test('denied: the call is refused with words that help, and goes to the next operator', async ({
  centre,
  chromium,
  refusing,
}) => {
  const server = await centre({ operators: ['anna', 'boris'] });
  const anna = await Operator.onLine(refusing, server, 'anna', { microphone: 'denied' });
  const boris = await Operator.onLine(chromium, server, 'boris');
  const customer = await Customer.calling(chromium, server, '79991234567');
  await anna.expectRinging('79991234567');
  await anna.press('Answer');
  await expect(anna.page.getByText('The microphone is blocked in the browser').first()).toBeVisible();
  await boris.expectRinging('79991234567');
  await boris.answer();
  await expectTalking(boris.page, customer.page);
  await boris.press('Hang up');
  const [call] = await endedCalls(server, 1);
  expect(call?.offers).toMatchObject([
    { login: 'anna', outcome: 'rejected' },
    { login: 'boris', outcome: 'answered' },
  ]);
});

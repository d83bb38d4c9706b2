import { expectHears, expectSilence } from './support/audio';
import { SipUser } from './support/sip-user';
import { expect, test } from './support/test';

const bothHear = (one: SipUser, other: SipUser) =>
  Promise.all([expectHears(one.page, one.login), expectHears(other.page, other.login)]);

for (const [from, to] of [
  ['headset-hooks/jssip', 'jssip'],
  ['jssip', 'headset-hooks/jssip'],
] as const) {
  test(`${from} calls ${to}: both hear each other, hold and resume, and each side hangs up once`, async ({
    centre,
    chromium,
  }) => {
    const server = await centre({ operators: ['anna', 'boris'], registrars: 1, registrarsPerOperator: 1 });
    const anna = await SipUser.onLine(chromium, server, 'anna', from);
    const boris = await SipUser.onLine(chromium, server, 'boris', to);

    await anna.call('boris');
    await boris.expectHeard('newRTCSession remote');
    await anna.expectHeard('progress remote');
    await boris.answer();
    await Promise.all([anna.expectHeard('accepted remote'), boris.expectHeard('confirmed remote')]);
    await bothHear(anna, boris);

    await anna.hold();
    await boris.expectHeard('hold remote');
    await expectSilence(boris.page, 'boris');
    await anna.hold(false);
    await boris.expectHeard('unhold remote');
    await bothHear(anna, boris);
    await boris.hold();
    await anna.expectHeard('hold remote');
    await boris.hold(false);
    await anna.expectHeard('unhold remote');
    await bothHear(anna, boris);

    await anna.act('sendDTMF', '5');
    await boris.expectHeard('newDTMF remote');

    await anna.act('terminate');
    await Promise.all([anna.expectHeard('ended local Terminated'), boris.expectHeard('ended remote Terminated')]);

    await anna.call('boris');
    await boris.expectHeard('newRTCSession remote');
    await boris.answer();
    await bothHear(anna, boris);
    await boris.act('terminate');
    await Promise.all([anna.expectHeard('ended remote Terminated'), boris.expectHeard('ended local Terminated')]);

    await anna.call('boris');
    await boris.expectHeard('newRTCSession remote');
    await boris.act('terminate', { status_code: 486 });
    await Promise.all([anna.expectHeard('failed remote Busy'), boris.expectHeard('failed local Rejected')]);

    await anna.call('boris');
    await boris.expectHeard('newRTCSession remote');
    await anna.expectHeard('progress remote');
    await anna.act('terminate');
    await Promise.all([anna.expectHeard('failed local Canceled'), boris.expectHeard('failed remote Canceled')]);
    expect(await anna.news()).toEqual([]);
  });
}

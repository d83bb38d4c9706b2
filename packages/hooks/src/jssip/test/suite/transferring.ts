import { sdp } from './webrtc.js';
import { type Stories, told } from './story.js';
import { CONTACT } from './world.js';

export const transferring: Stories = {
  'the session is refreshed by us': async (world) => {
    await world.start();
    await world.calling();
    await world.pass(45_000);
    const update = world.socket.last('UPDATE');
    const expires = update.header('Session-Expires');
    await world.answer('UPDATE', 200, { headers: ['Session-Expires: 90;refresher=uac'] });
    world.socket.wire();
    await world.pass(45_000);
    return { expires, body: update.body, again: world.socket.wire(), status: world.session.status };
  },

  'the session is refreshed by INVITE': async (world) => {
    await world.start({ session_timers_refresh_method: 'invite' });
    await world.calling({}, { headers: [...CONTACT, 'Session-Expires: 120;refresher=uac'] });
    await world.pass(60_000);
    return { wire: world.socket.wire() };
  },

  'a refresh that is not understood there': async (world) => {
    await world.start();
    await world.calling();
    await world.pass(45_000);
    world.socket.wire();
    await world.answer('UPDATE', 405);
    await world.pass(20_000);
    return {
      status: world.session.status,
      refreshed: world.socket.wire().filter((title) => title === 'UPDATE' || title === 'INVITE').length > 0,
    };
  },

  'the session is not refreshed there': async (world) => {
    await world.start();
    await world.calling({}, { headers: [...CONTACT, 'Session-Expires: 90;refresher=uas'] });
    await world.pass(98_000);
    const before = world.session.status;
    await world.pass(1_100);
    return { before, ...told(world), reason: world.socket.last('BYE').header('Reason') };
  },

  'a call is transferred': async (world) => {
    await world.start();
    await world.calling();
    const seen: string[] = [];
    const subscriber = world.session.refer('carol', {
      extraHeaders: ['X-Own: 1'],
      eventHandlers: {
        requestSucceeded: () => seen.push('requestSucceeded'),
        accepted: ({ status_line }: any) => seen.push(`accepted ${status_line.status_code}`),
      },
    });
    for (const event of ['trying', 'progress', 'failed']) subscriber.on(event, () => seen.push(event));
    const refer = world.socket.last('REFER');
    await world.answer('REFER', 202);
    for (const [cseq, line] of ['SIP/2.0 100 Trying', 'SIP/2.0 180 Ringing', 'SIP/2.0 200 OK'].entries()) {
      await world.fromCalled('NOTIFY', {
        cseq: cseq + 1,
        headers: [`Event: refer;id=${refer.cseq}`, 'Subscription-State: active'],
        body: line,
        contentType: 'message/sipfrag',
      });
    }
    return {
      seen,
      to: refer.header('Refer-To'),
      by: refer.header('Referred-By'),
      own: refer.header('X-Own'),
      id: subscriber.id === refer.cseq,
      wire: world.socket.wire(),
    };
  },

  'a transfer is refused': async (world) => {
    await world.start();
    await world.calling();
    const seen: string[] = [];
    world.session.refer('carol').on('requestFailed', ({ cause }: any) => seen.push(cause));
    await world.answer('REFER', 603);
    return { seen, status: world.session.status };
  },

  'a transfer to another call of ours': async (world) => {
    await world.start();
    await world.calling();
    const first = world.session;
    await world.calling();
    first.refer('bob', { replaces: world.session });
    const invite = world.socket.last('INVITE');
    const refer = decodeURIComponent(world.socket.last('REFER').header('Refer-To'));
    return { to: refer.replace(invite.header('Call-ID'), 'CALL').replace(invite.tag('From'), 'TAG') };
  },

  'we are transferred': async (world) => {
    await world.start();
    await world.talking();
    world.session.once('refer', (event: any) =>
      event.accept((session: any) => world.follow(session), { mediaConstraints: { audio: true } }),
    );
    await world.inDialog('REFER', {
      headers: [...CONTACT, 'Refer-To: <sip:carol@example.com?Replaces=a%40b%3Bto-tag%3D1%3Bfrom-tag%3D2>'],
    });
    const invite = world.socket.last('INVITE');
    const begun = { wire: world.socket.wire(), uri: invite.uri, replaces: invite.header('Replaces') };
    const notify = world.socket.last('NOTIFY');
    await world.answer('INVITE', 180, { headers: CONTACT });
    await world.answer('INVITE', 200, { headers: CONTACT, body: sdp() });
    return {
      begun,
      notify: [notify.header('Event'), notify.header('Subscription-State'), notify.body],
      told: world.socket.all('NOTIFY').map((one) => one.body),
      last: world.socket.last('NOTIFY').header('Subscription-State'),
    };
  },

  'we refuse to be transferred': async (world) => {
    await world.start();
    await world.talking();
    world.session.once('refer', (event: any) => event.reject());
    await world.inDialog('REFER', { headers: ['Refer-To: <sip:carol@example.com>'] });
    await world.inDialog('REFER', { cseq: 3 });
    return { wire: world.socket.wire(), told: world.socket.all('NOTIFY').map((one) => one.body) };
  },

  'a call replaces ours': async (world) => {
    await world.start();
    await world.talking();
    const [first] = world.sessions;
    const replaces = `call-1;to-tag=${world.socket.last('200 INVITE').tag('To')};from-tag=bob`;
    first.once('replaces', (event: any) => event.accept());
    await world.incoming({
      callId: 'call-2',
      from: '<sip:carol@example.com>;tag=carol',
      headers: [`Replaces: ${replaces}`],
    });
    const rung = told(world);
    world.session.answer({ mediaConstraints: { audio: true } });
    await world.pass();
    await world.inDialog('ACK', { cseq: 1, callId: 'call-2', from: '<sip:carol@example.com>;tag=carol' });
    return { rung, after: told(world, { first: first.status }) };
  },

  'a call would replace none of ours': async (world) => {
    await world.start();
    await world.incoming({ headers: ['Replaces: nope;to-tag=1;from-tag=2'] });
    return told(world);
  },
};

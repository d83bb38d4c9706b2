import { reply } from './socket.js';
import { CONTACT } from './world.js';
import { type Stories, thrown } from './story.js';

export const requests: Stories = {
  'MESSAGE there': async (world) => {
    await world.start();
    const texts: unknown[] = [];
    await world.receive('MESSAGE', { body: 'early', contentType: 'text/plain' });
    world.ua.on('newMessage', ({ originator, message, request }: any) =>
      texts.push([originator, message.direction, request.body, String(message.remote_identity.uri)]),
    );
    await world.receive('MESSAGE', { callId: 'm-2', body: 'привет', contentType: 'text/plain' });
    world.ua.once('newMessage', ({ message }: any) =>
      message.reject({ status_code: 488, reason_phrase: 'No', extraHeaders: ['X-Own: 1'] }),
    );
    await world.receive('MESSAGE', { callId: 'm-3', body: 'b', contentType: 'text/plain' });
    world.ua.once('newMessage', ({ message }: any) => message.accept({ extraHeaders: ['X-Own: 2'] }));
    await world.receive('MESSAGE', { callId: 'm-4', body: 'c', contentType: 'text/plain' });
    return { texts, wire: world.socket.wire(), own: world.socket.sent.map((message) => message.header('X-Own')) };
  },

  'MESSAGE of ours': async (world) => {
    await world.start();
    const seen: string[] = [];
    world.ua.on('newMessage', ({ originator, message }: any) => seen.push(`${originator} ${message.direction}`));
    const eventHandlers = {
      succeeded: ({ originator, response }: any) => seen.push(`succeeded ${originator} ${response.status_code}`),
      failed: ({ originator, cause }: any) => seen.push(`failed ${originator} ${cause}`),
    };
    world.ua.sendMessage('bob', 'hi', { extraHeaders: ['X-Own: 1'], eventHandlers, fromUserName: 'sales' });
    const message = world.socket.last('MESSAGE');
    await world.answer('MESSAGE', 200);
    world.ua.sendMessage('bob', 'hi', { contentType: 'text/html', eventHandlers });
    await world.answer('MESSAGE', 404);
    world.ua.sendMessage('bob', 'hi', { eventHandlers });
    await world.pass(32_100);
    world.socket.drop();
    world.ua.sendMessage('bob', 'hi', { eventHandlers });
    return {
      seen,
      body: message.body,
      type: message.header('Content-Type'),
      own: message.header('X-Own'),
      from: message.header('From').replace(/;tag=.*/, ''),
      types: world.socket.all('MESSAGE').map((one) => one.header('Content-Type')),
      bad: [
        thrown(() => world.ua.sendMessage()),
        thrown(() => world.ua.sendMessage('bob')),
        thrown(() => world.ua.sendMessage('sip:ibc@iñaki.ðđß', 'x')),
      ],
    };
  },

  'OPTIONS there': async (world) => {
    await world.start();
    await world.receive('OPTIONS');
    const plain = world.socket.last('200 OPTIONS');
    world.ua.on('newOptions', ({ message }: any) => message.reject({ status_code: 486 }));
    await world.receive('OPTIONS', { callId: 'o-2' });
    return {
      allow: plain.header('Allow'),
      accept: plain.header('Accept'),
      supported: plain.header('Supported'),
      wire: world.socket.wire(),
    };
  },

  'OPTIONS of ours': async (world) => {
    await world.start();
    const seen: string[] = [];
    world.ua.sendOptions('bob', 'v=0', {
      eventHandlers: { succeeded: ({ response }: any) => seen.push(`${response.status_code}`) },
    });
    const options = world.socket.last('OPTIONS');
    await world.answer('OPTIONS', 200);
    return { seen, type: options.header('Content-Type'), body: options.body };
  },

  'requests for somebody else, and odd ones': async (world) => {
    await world.start();
    await world.receive('OPTIONS', { uri: 'sip:carol@example.com', callId: 'd-1' });
    await world.receive('OPTIONS', { uri: 'sip:example.com', callId: 'd-2' });
    await world.receive('OPTIONS', { uri: 'sips:alice@example.com', callId: 'd-3' });
    await world.receive('OPTIONS', { to: '<sips:alice@example.com>', callId: 'd-4' });
    await world.receive('OPTIONS', { callId: `${world.ua.configuration.jssip_id}abc` });
    await world.receive('PUBLISH', { callId: 'd-5' });
    await world.receive('BYE', { callId: 'd-6' });
    await world.receive('INFO', { callId: 'd-7', to: '<sip:alice@example.com>;tag=x' });
    await world.receive('ACK', { callId: 'd-8', to: '<sip:alice@example.com>;tag=x' });
    await world.receive('NOTIFY', { callId: 'd-9', to: '<sip:alice@example.com>;tag=x' });
    await world.receive('SUBSCRIBE', { callId: 'd-10', headers: CONTACT });
    return { wire: world.socket.wire(), notify: world.socket.last('481 NOTIFY').line };
  },

  'a message in a call that is forgotten here': async (world) => {
    const heard: string[] = [];
    await world.start();
    world.ua.on('newMessage', ({ request }: any) => heard.push(request.body));
    const to = '<sip:alice@example.com>;tag=x';
    await world.receive('MESSAGE', { callId: 'e-1', to, body: 'hello', contentType: 'text/plain' });
    await world.receive('OPTIONS', { callId: 'e-2', to });
    return { heard, wire: world.socket.wire() };
  },

  'a body shorter than it says': async (world) => {
    await world.start();
    world.socket.ondata(
      'MESSAGE sip:alice@example.com SIP/2.0\r\nVia: SIP/2.0/WSS a;branch=z9hG4bKs\r\nFrom: <sip:b@c>;tag=1\r\nTo: <sip:alice@example.com>\r\nCall-ID: s\r\nCSeq: 1 MESSAGE\r\nContent-Length: 10\r\n\r\nabc',
    );
    await world.pass();
    return { wire: world.socket.wire() };
  },

  'an event outside a dialog': async (world) => {
    await world.start();
    const events: unknown[] = [];
    world.ua.on('sipEvent', ({ event, request }: any) => events.push([event.event, request.body]));
    await world.receive('NOTIFY', {
      headers: ['Event: message-summary', 'Subscription-State: active'],
      body: 'Messages-Waiting: yes',
      contentType: 'application/simple-message-summary',
    });
    return { events, wire: world.socket.wire() };
  },

  'a subscription of ours': async (world) => {
    await world.start();
    const seen: unknown[] = [];
    const subscriber = world.ua.subscribe('bob', 'presence', 'application/pidf+xml', {
      expires: 600,
      contentType: 'text/plain',
      extraHeaders: ['X-Own: 1'],
    });
    for (const event of ['pending', 'accepted', 'active', 'terminated'])
      subscriber.on(event, (...given: unknown[]) => seen.push([event, ...given]));
    subscriber.on('notify', (isFinal: boolean, _request: unknown, body: string, type: string) =>
      seen.push(['notify', isFinal, body, type]),
    );
    subscriber.subscribe('please');
    const subscribe = world.socket.last('SUBSCRIBE');
    await world.answer('SUBSCRIBE', 200, { headers: [...CONTACT, 'Expires: 600'] });
    const notify = (cseq: number, state: string, body = 'x'): Promise<void> =>
      world.receive('NOTIFY', {
        from: `${subscribe.header('To')};tag=there`,
        to: subscribe.header('From'),
        callId: subscribe.header('Call-ID'),
        cseq,
        headers: ['Event: presence', `Subscription-State: ${state}`, ...CONTACT],
        body,
        contentType: 'application/pidf+xml',
      });
    await notify(1, 'active;expires=600');
    world.socket.answer = (message) => {
      if (message.title !== 'SUBSCRIBE' || message.header('Expires') === '0') return;
      queueMicrotask(() => world.socket.ondata(reply(message, 200, { headers: [...CONTACT, 'Expires: 600'] })));
    };
    await world.pass(599_000);
    const refreshed = world.socket.all('SUBSCRIBE').length > 1;
    subscriber.terminate();
    const last = world.socket.last('SUBSCRIBE');
    await world.answer('SUBSCRIBE', 200, { headers: [...CONTACT, 'Expires: 0'] });
    await notify(2, 'terminated;reason=timeout', '');
    return {
      seen,
      headers: ['Event', 'Expires', 'Accept', 'X-Own', 'Content-Type'].map((name) => subscribe.header(name)),
      body: subscribe.body,
      refreshed,
      last: [last.header('Expires'), last.tag('To')],
      state: subscriber.state,
      responses: world.socket.all('200 NOTIFY').length,
    };
  },

  'a subscription with oneself': async (world) => {
    await world.start();
    const mark = '_second';
    world.socket.answer = ({ text }) =>
      queueMicrotask(() =>
        world.socket.ondata(
          text.replace(/Call-ID: (\S+)/, (_line, id: string) =>
            id.endsWith(mark) ? `Call-ID: ${id.slice(0, -mark.length)}` : `Call-ID: ${id}${mark}`,
          ),
        ),
      );
    const seen: unknown[] = [];
    world.ua.on('newSubscribe', ({ request }: any) => {
      const notifier = world.ua.notify(request, 'text/plain', {});
      notifier.on('subscribe', (isLast: boolean) => (isLast ? notifier.terminate('bye') : notifier.notify('sunny')));
      notifier.on('terminated', (code: number) => seen.push(['notifier', code]));
      notifier.start();
    });
    const subscriber = world.ua.subscribe('alice', 'weather', 'text/plain', { contentType: 'text/plain' });
    subscriber.on('notify', (isLast: boolean, _request: unknown, body: string) => {
      seen.push(['notify', isLast, body]);
      if (!isLast) subscriber.terminate('enough');
    });
    subscriber.on('terminated', (code: number) => seen.push(['subscriber', code]));
    subscriber.subscribe('please');
    await world.pass(10);
    return { seen, wire: world.socket.wire() };
  },

  'a subscription that fails': async (world) => {
    await world.start();
    const codes: unknown[] = [];
    for (const status of [403, 200, 0]) {
      const subscriber = world.ua.subscribe('bob', 'presence', 'a/b', {});
      subscriber.on('terminated', (code: number) => codes.push(code));
      subscriber.subscribe();
      if (status) await world.answer('SUBSCRIBE', status);
      else await world.pass(32_100);
    }
    return {
      codes,
      bad: [thrown(() => world.ua.subscribe('', 'a', 'b', {})), thrown(() => world.ua.subscribe('bob', '', 'b', {}))],
    };
  },

  'a subscription there': async (world) => {
    await world.start();
    const seen: unknown[] = [];
    let notifier: any;
    world.ua.on('newSubscribe', ({ event, request }: any) => {
      seen.push(['newSubscribe', event.event]);
      notifier = world.ua.notify(request, 'text/plain', { pending: true, extraHeaders: ['X-Own: 1'] });
      notifier.on('subscribe', (ends: boolean, _request: unknown, body: string, type: string) =>
        seen.push(['subscribe', ends, body, type]),
      );
      notifier.on('terminated', (code: number) => seen.push(['terminated', code]));
      notifier.on('expired', () => seen.push(['expired']));
      notifier.start();
      notifier.notify('one');
    });
    await world.receive('SUBSCRIBE', {
      headers: [...CONTACT, 'Event: weather', 'Expires: 60'],
      body: 'hi',
      contentType: 'text/plain',
    });
    const ok = world.socket.last('200 SUBSCRIBE');
    const first = world.socket.last('NOTIFY');
    await world.answer('NOTIFY', 200);
    notifier.setActiveState();
    notifier.notify('two');
    const second = world.socket.last('NOTIFY');
    await world.answer('NOTIFY', 200);
    notifier.terminate('three', 'giveup', 30);
    const third = world.socket.last('NOTIFY');
    await world.answer('NOTIFY', 200);
    const shape = (message: typeof first): unknown => [
      message.header('Event'),
      message.header('Subscription-State').replace(/expires=\d+/, 'expires=*'),
      message.header('Content-Type'),
      message.body,
    ];
    return {
      seen,
      expires: ok.header('Expires'),
      tag: ok.tag('To') === first.tag('From'),
      notifies: [first, second, third].map(shape),
      state: notifier.state,
      own: first.header('X-Own'),
    };
  },

  'a subscription there runs out': async (world) => {
    await world.start();
    const seen: unknown[] = [];
    world.ua.on('newSubscribe', ({ request }: any) => {
      const notifier = world.ua.notify(request, 'text/plain', {});
      notifier.on('expired', () => seen.push('expired'));
      notifier.on('terminated', (code: number) => seen.push(code, notifier.id));
      notifier.start();
    });
    await world.receive('SUBSCRIBE', { headers: [...CONTACT, 'Event: weather', 'Expires: 60'] });
    await world.pass(61_000);
    return { seen, wire: world.socket.wire() };
  },
};

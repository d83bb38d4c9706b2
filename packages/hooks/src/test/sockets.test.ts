import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nextTask } from '../body/next-task.js';
import { Sockets } from '../body/sockets.js';

class FakeSocket {
  static readonly OPEN = 1;
  static last: FakeSocket;
  readyState = FakeSocket.OPEN;
  readonly sent: string[] = [];

  constructor() {
    FakeSocket.last = this;
  }

  send(text: string): void {
    this.sent.push(text.split('\r\n')[0] ?? '');
  }

  close(code: number): void {
    this.readyState = 3;
    this.sent.push(`close ${code}`);
  }
}

let sockets: Sockets;
const send = (text: string) => sockets.perform({ type: 'send', socket: 1, text: `${text}\r\n\r\n` });
const sent = () => FakeSocket.last.sent;

beforeEach(() => {
  vi.stubGlobal('WebSocket', FakeSocket);
  sockets = new Sockets({ opened: () => undefined, received: () => undefined, closed: () => undefined });
  sockets.perform({ type: 'openSocket', socket: 1, uri: 'wss://sip.example' });
});

afterEach(() => vi.unstubAllGlobals());

describe('what a call sends', () => {
  it('that rings lets the application know first', async () => {
    send('SIP/2.0 100 Trying');
    send('SIP/2.0 180 Ringing');
    expect(sent()).toEqual([]);
    await nextTask();
    expect(sent()).toEqual(['SIP/2.0 100 Trying', 'SIP/2.0 180 Ringing']);
  });

  it('that is answered goes at once', () => {
    send('SIP/2.0 200 OK');
    send('BYE sip:bob@example.com SIP/2.0');
    expect(sent()).toEqual(['SIP/2.0 200 OK', 'BYE sip:bob@example.com SIP/2.0']);
  });

  it('that is answered while it begins to ring keeps the order', async () => {
    send('SIP/2.0 180 Ringing');
    send('SIP/2.0 200 OK');
    await nextTask();
    send('BYE sip:bob@example.com SIP/2.0');
    expect(sent()).toEqual(['SIP/2.0 180 Ringing', 'SIP/2.0 200 OK', 'BYE sip:bob@example.com SIP/2.0']);
  });

  it('is not lost when the socket is closed behind it', () => {
    send('SIP/2.0 100 Trying');
    send('SIP/2.0 480 Temporarily Unavailable');
    sockets.perform({ type: 'closeSocket', socket: 1, code: 1000 });
    expect(sent()).toEqual(['SIP/2.0 100 Trying', 'SIP/2.0 480 Temporarily Unavailable', 'close 1000']);
  });
});

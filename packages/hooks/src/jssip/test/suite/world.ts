import { vi } from 'vitest';
import { type Message, reply, type ReplyOptions, request, type RequestOptions, ScriptedSocket } from './socket.js';
import { installWebRtc, sdp } from './webrtc.js';

/** The module under test, as an application has it. */
export type Module = any;

/** What a story sees: a user agent, its server, and what it heard. */
export class World {
  readonly module: Module;
  readonly socket = new ScriptedSocket();
  ua: any;
  /** Every event that was heard, as `registered`, `session.accepted local` … */
  readonly heard: string[] = [];
  /** The last session there was. */
  session: any;
  readonly sessions: any[] = [];
  /** What came with an event, by its name in `heard` without the originator. */
  readonly payloads: Record<string, any> = {};

  constructor(module: Module) {
    this.module = module;
    installWebRtc();
  }

  /** Makes and starts the user agent, connected; it does not register unless told to. */
  async start(configuration: Record<string, unknown> = {}, listen: { sessions?: boolean } = {}): Promise<void> {
    this.ua = new this.module.UA({
      sockets: this.socket,
      uri: 'sip:alice@example.com',
      password: 'secret',
      register: false,
      ...configuration,
    });
    const { sessions = true } = listen;
    for (const event of [
      'connecting',
      'connected',
      'disconnected',
      'registered',
      'unregistered',
      'registrationFailed',
    ]) {
      this.ua.on(event, (payload: any) => this.hear(event, payload));
    }
    if (sessions) {
      this.ua.on('newRTCSession', (payload: any) => {
        this.hear('newRTCSession', payload);
        this.follow(payload.session);
      });
    }
    this.ua.start();
    await this.pass(1);
  }

  /** Writes down all that a session says. */
  follow(session: any): void {
    this.session = session;
    this.sessions.push(session);
    const events =
      'peerconnection connecting sending progress accepted confirmed ended failed newDTMF newInfo hold unhold muted unmuted reinvite update refer replaces sdp getusermediafailed peerconnection:createofferfailed peerconnection:createanswerfailed peerconnection:setlocaldescriptionfailed peerconnection:setremotedescriptionfailed';
    for (const event of events.split(' ')) {
      session.on(event, (payload: any) => this.hear(`session.${event}`, payload));
    }
  }

  hear(event: string, payload: any): void {
    this.payloads[event] = payload;
    const words = [payload?.originator, event.endsWith('.sdp') && payload.type, payload?.cause].filter(Boolean);
    this.heard.push([event, ...words].join(' '));
  }

  /** What was heard since it was last asked. */
  news(): string[] {
    return this.heard.splice(0);
  }

  /** Time passes, and all that is promised is done. */
  async pass(milliseconds = 0): Promise<void> {
    await vi.advanceTimersByTimeAsync(milliseconds);
  }

  /** The server sends a request. */
  async receive(method: string, options: RequestOptions = {}): Promise<void> {
    this.socket.ondata(request(method, options));
    await this.pass();
  }

  /** The server answers the last request of this method. */
  async answer(method: string, status: number, options: ReplyOptions = {}): Promise<void> {
    this.socket.ondata(reply(this.socket.last(method), status, options));
    await this.pass();
  }

  /** Bob calls. */
  async incoming(options: RequestOptions = {}): Promise<void> {
    await this.receive('INVITE', {
      body: sdp(),
      headers: ['Contact: <sip:bob@192.0.2.9;transport=ws>', ...(options.headers ?? [])],
      ...Object.fromEntries(Object.entries(options).filter(([name]) => name !== 'headers')),
    });
  }

  /** A request of Bob's inside the call that he began (`incoming`). */
  async inDialog(method: string, options: RequestOptions = {}): Promise<void> {
    const isOurs = (message: Message): boolean =>
      message.isResponse && message.method === 'INVITE' && !!message.tag('To');
    const ours = this.socket.sent.filter(isOurs).at(-1);
    if (!ours) throw new Error('there is no call of his');
    const contact = /<([^>]+)>/.exec(ours.header('Contact'))?.[1];
    await this.receive(method, { uri: contact ?? 'sip:alice@example.com', to: ours.header('To'), cseq: 2, ...options });
  }

  /** A request of Bob's inside the call that we began (`outgoing`). */
  async fromCalled(method: string, options: RequestOptions = {}): Promise<void> {
    const invite = this.socket.all('INVITE')[0] as Message;
    const contact = /<([^>]+)>/.exec(invite.header('Contact'))?.[1] as string;
    await this.receive(method, {
      uri: contact,
      from: `${invite.header('To')};tag=there`,
      to: invite.header('From'),
      callId: invite.header('Call-ID'),
      cseq: 1,
      ...options,
    });
  }

  /** Bob called and was answered and all is settled. */
  async talking(options: Record<string, unknown> = {}, invite: RequestOptions = {}): Promise<void> {
    await this.incoming(invite);
    this.session.answer({ mediaConstraints: { audio: true }, ...options });
    await this.pass();
    await this.inDialog('ACK', { cseq: invite.cseq ?? 1 });
    this.socket.wire();
    this.news();
  }

  /** We call Bob; INVITE is on its way. */
  async outgoing(options: Record<string, unknown> = {}): Promise<void> {
    this.ua.call('bob', { mediaConstraints: { audio: true }, ...options });
    await this.pass();
  }

  /** We called and all is settled. */
  async calling(options: Record<string, unknown> = {}, answer: ReplyOptions = {}): Promise<void> {
    await this.outgoing(options);
    await this.answer('INVITE', 200, { headers: CONTACT, body: sdp(), ...answer });
    this.socket.wire();
    this.news();
  }
}

/** Bob's, in his responses. */
export const CONTACT = ['Contact: <sip:bob@192.0.2.9;transport=ws>'];

/** Answers every REGISTER with the Contact that it had. */
export function registrar(socket: ScriptedSocket, expires = 600): void {
  socket.answer = (message) => {
    if (message.title !== 'REGISTER') return;
    const contact = message.header('Contact').replace(/;expires=\d+/, '');
    const headers = [`Contact: ${contact};expires=${expires}`];
    queueMicrotask(() => socket.ondata(reply(message, 200, { headers })));
  };
}

import { type Browser, type Page, expect } from '@playwright/test';
import { build } from 'esbuild';

import { rememberPeers } from './audio';
import { type Server, passwordOf } from './server';

/** Whose user agent it is: one interface, two modules. */
export type Module = 'jssip' | 'headset-hooks/jssip';

/** What the page of a {@link SipUser} has. */
interface SipWindow {
  JsSIP: any;
  agent: any;
  session: any;
  news: string[];
}

/** The module as a page loads it. */
async function bundled(module: Module): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: `import JsSIP from '${module}'; window.JsSIP = JsSIP;`, resolveDir: import.meta.dirname },
    bundle: true,
    format: 'iife',
    target: 'es2022',
    write: false,
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}

/** An operator whose page is an application of JsSIP's interface. */
export class SipUser {
  readonly page: Page;
  readonly login: string;

  private constructor(page: Page, login: string) {
    this.page = page;
    this.login = login;
  }

  /** Registered and on line. */
  static async onLine(browser: Browser, server: Server, login: string, module: Module): Promise<SipUser> {
    const context = await browser.newContext({ permissions: ['microphone'] });
    const page = await context.newPage();
    await page.addInitScript(rememberPeers);
    await page.goto(`${server.url}/healthz`);
    const headers = { 'X-Headset-Request': '1' };
    const api = async (method: string, name: string, data?: object) => {
      const answer = await context.request.fetch(`${server.url}/v1/${name}`, {
        method,
        headers,
        ...(data && { data }),
      });
      expect(answer.ok(), `${method} ${name}: ${await answer.text()}`).toBe(true);
      return (await answer.body()).length ? answer.json() : undefined;
    };
    await api('POST', 'auth/login', { login, password: passwordOf(login) });
    const { username, hash } = await api('POST', 'telephony/hash');
    const { sip, registrars } = await api('GET', 'telephony/launch');
    await page.addScriptTag({ content: await bundled(module) });
    await page.evaluate(startAgent, { uri: sip.uri, socket: registrars[0].uri, username, hash });
    await expect.poll(() => page.evaluate(() => (window as unknown as SipWindow).agent.isRegistered())).toBe(true);
    await api('PUT', 'telephony/status', { status: 'connected' });
    return new SipUser(page, login);
  }

  async call(login: string): Promise<void> {
    await this.page.evaluate((target) => {
      const { agent } = window as unknown as SipWindow;
      agent.call(target, { mediaConstraints: { audio: true, video: false } });
    }, login);
  }

  async answer(): Promise<void> {
    await this.page.evaluate(() => {
      const { session } = window as unknown as SipWindow;
      session.answer({ mediaConstraints: { audio: true, video: false } });
    });
  }

  /** Holds, or holds no more, as soon as what was agreed on before is done: until then it is refused. */
  async hold(on = true): Promise<void> {
    await expect.poll(() => this.act(on ? 'hold' : 'unhold')).toBe(true);
  }

  /** Something of the session's, done now: `terminate`, `sendDTMF` … */
  async act(method: string, ...given: unknown[]): Promise<unknown> {
    return this.page.evaluate(
      ([name, values]) => (window as unknown as SipWindow).session[name as string](...(values as unknown[])),
      [method, given] as const,
    );
  }

  /** This is heard, after all that was heard before it. */
  async expectHeard(event: string): Promise<void> {
    await expect(async () => {
      const news = await this.news();
      expect(news, `what ${this.login} heard`).toContain(event);
    }).toPass({ timeout: 15_000, intervals: [50] });
    await this.page.evaluate((last) => {
      const { news } = window as unknown as SipWindow;
      news.splice(0, news.indexOf(last) + 1);
    }, event);
  }

  news(): Promise<string[]> {
    return this.page.evaluate(() => (window as unknown as SipWindow).news);
  }
}

function startAgent(account: { uri: string; socket: string; username: string; hash: string }): void {
  const page = window as unknown as SipWindow;
  page.news = [];
  const hear = (event: string, payload: any) =>
    page.news.push([event, payload?.originator, payload?.cause].filter(Boolean).join(' '));
  page.agent = new page.JsSIP.UA({
    sockets: [new page.JsSIP.WebSocketInterface(account.socket)],
    uri: account.uri,
    authorization_user: account.username,
    password: account.hash,
  });
  page.agent.on('newRTCSession', (event: any) => {
    page.session = event.session;
    hear('newRTCSession', event);
    for (const name of ['progress', 'accepted', 'confirmed', 'ended', 'failed', 'hold', 'unhold', 'newDTMF', 'refer'])
      event.session.on(name, (payload: any) => hear(name, payload));
    const play = (connection: RTCPeerConnection) =>
      connection.addEventListener('track', ({ streams }) => {
        const audio = new Audio();
        audio.srcObject = streams[0] ?? null;
        document.body.append(audio);
        void audio.play();
      });
    // A call of ours has it before this event.
    if (event.session.connection) play(event.session.connection);
    else event.session.on('peerconnection', ({ peerconnection }: any) => play(peerconnection));
  });
  page.agent.start();
}

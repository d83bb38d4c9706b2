// The same operator's page on JsSIP's interface, with the same credential and one of the same registrars.
import { host, stopwatch } from './stopwatch.js';

const request = async (method, path, body, headers) => {
  const answer = await fetch(host + path, {
    method,
    credentials: 'include',
    headers: { 'X-Headset-Request': '1', 'Content-Type': 'application/json', ...headers },
    body: body && JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
};

/** Goes on line with `JsSIP`, the library or one in its place, and answers every call a moment after it rings. */
export async function work(JsSIP) {
  const [hash, launch] = await Promise.all([
    request('POST', '/v1/telephony/hash'),
    request('GET', '/v1/telephony/launch'),
  ]);
  const agent = new JsSIP.UA({
    sockets: [new JsSIP.WebSocketInterface(launch.registrars[0].uri)],
    uri: launch.sip.uri,
    authorization_user: hash.username,
    password: hash.hash,
  });
  agent.on('registered', async () => {
    const { version } = await request('GET', '/v1/telephony/status');
    await request('PUT', '/v1/telephony/status', { status: 'connected' }, { 'If-Match': `"${version}"` });
    document.body.append('ready');
  });
  agent.on('newRTCSession', ({ session }) => {
    const answer = () => session.answer({ mediaConstraints: { audio: true, video: false } });
    session.on('peerconnection', ({ peerconnection }) => {
      peerconnection.ontrack = ({ streams }) => {
        const audio = new Audio();
        audio.srcObject = streams[0];
        void audio.play();
      };
    });
    session.on('ended', () => stopwatch.ended());
    session.on('failed', () => stopwatch.ended());
    stopwatch.rang({ answer, end: () => session.terminate() });
  });
  agent.start();
}

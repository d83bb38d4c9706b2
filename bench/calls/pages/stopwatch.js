// What is measured in an operator's page, the same for every library: when the frame with the INVITE came, when the
// application was told, when Answer was clicked, when the 200 went out, when the caller's first sound came out.

/** How long the operator looks at the ringing page. */
const LOOKS = 500;
/** How long they talk once they hear each other. */
const TALKS = 300;

export const host = new URLSearchParams(location.search).get('host');

const peers = [];
let call;

class WatchedSocket extends WebSocket {
  constructor(url, protocols) {
    super(url, protocols);
    // Before the library's own handler.
    this.addEventListener('message', ({ data }) => {
      if (String(data).startsWith('INVITE ') && !call) call = { invite: performance.now() };
    });
  }

  send(data) {
    if (call && !call.ok && /^SIP\/2\.0 200 [^]*\r\nCSeq: *\d+ INVITE/i.test(data)) call.ok = performance.now();
    super.send(data);
  }
}

class WatchedPeer extends RTCPeerConnection {
  constructor(...args) {
    super(...args);
    peers.push(new WeakRef(this));
  }
}

window.WebSocket = WatchedSocket;
window.RTCPeerConnection = WatchedPeer;
window.results = [];
window.peersAlive = () => peers.filter((peer) => peer.deref()).length;

export const stopwatch = {
  /** The application hears of the call; `answer` and `end` are what its buttons do. */
  rang({ answer, end }) {
    if (!call || call.rang) return;
    const mine = call;
    mine.rang = performance.now();
    setTimeout(async () => {
      mine.click = performance.now();
      answer();
      if (!(await firstSound(mine))) mine.failed = 'no sound';
      setTimeout(end, TALKS);
    }, LOOKS);
  },
  ended() {
    if (!call?.rang) return;
    const { invite, rang, click, ok, sound, failed } = call;
    call = undefined;
    window.results.push({ ring: rang - invite, answer: ok - click, sound: sound - click, failed });
  },
};

async function firstSound(mine) {
  while (performance.now() - mine.click < 10_000 && call === mine) {
    for (const reference of peers) {
      const peer = reference.deref();
      if (!peer || peer.connectionState === 'closed') continue;
      for (const row of (await peer.getStats()).values()) {
        const heard = (row.totalSamplesReceived ?? 0) - (row.concealedSamples ?? 0);
        if (row.type === 'inbound-rtp' && heard > 0) return (mine.sound = performance.now());
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return undefined;
}

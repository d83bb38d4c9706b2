// What is measured in an operator's page, the same for every library: when the frame with the INVITE came, when the
// application was told, when Answer was clicked, when the 200 went out, when the caller's first sound came out.

const asked = new URLSearchParams(location.search);
export const host = asked.get('host');

/** How long the operator looks at the ringing page, and how long they talk once they hear each other. */
const [LOOKS, TALKS] = asked.has('hurry') ? [150, 50] : [500, 300];

let peers = [];
const memories = [];
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
    // Those that are gone leave nothing here either.
    peers = peers.filter((peer) => peer.deref());
    peers.push(new WeakRef(this));
  }
}

class WatchedInstance extends WebAssembly.Instance {
  constructor(...args) {
    super(...args);
    memories.push(this.exports.memory);
  }
}

window.WebSocket = WatchedSocket;
window.RTCPeerConnection = WatchedPeer;
WebAssembly.Instance = WatchedInstance;
window.results = [];
window.peersAlive = () => peers.filter((peer) => peer.deref()).length;
window.wasmBytes = () => memories.reduce((total, { buffer }) => total + buffer.byteLength, 0);

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

/** When the first of what the caller says is played: `getStats` would tell of it up to 50 ms later. */
async function firstSound(mine) {
  while (performance.now() - mine.click < 10_000 && call === mine) {
    for (const reference of peers) {
      const peer = reference.deref();
      if (!peer || peer.connectionState === 'closed') continue;
      const heard = peer.getReceivers().some((receiver) => receiver.getSynchronizationSources().length > 0);
      if (heard) return (mine.sound = performance.now());
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return undefined;
}

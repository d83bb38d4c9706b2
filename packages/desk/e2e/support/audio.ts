import { type Page, expect } from '@playwright/test';

/** Remembers every peer connection that the page makes, so that its statistics can be read. */
export const rememberPeers = () => {
  const peers: RTCPeerConnection[] = [];
  const Original = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Original {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      peers.push(this);
    }
  };
  Object.assign(window, { testPeers: peers });
};

interface Heard {
  received: number;
  energy: number;
  sent: number;
}

/** Packets and audio energy over all peer connections of the page, so far. */
export function heard(page: Page): Promise<Heard> {
  return page.evaluate(async () => {
    const { testPeers } = window as unknown as { testPeers: RTCPeerConnection[] };
    const sum = { received: 0, energy: 0, sent: 0 };
    for (const peer of testPeers) {
      for (const row of (await peer.getStats()).values()) {
        if (row.type === 'inbound-rtp' && row.kind === 'audio') {
          sum.received += row.packetsReceived ?? 0;
          sum.energy += row.totalAudioEnergy ?? 0;
        }
        if (row.type === 'outbound-rtp' && row.kind === 'audio') sum.sent += row.packetsSent ?? 0;
      }
    }
    return sum;
  });
}

/** The page hears the other side: packets arrive and carry sound, from now on. */
export async function expectHears(page: Page, who: string): Promise<void> {
  const before = await heard(page);
  await expect(async () => {
    const now = await heard(page);
    expect(now.received - before.received, `packets that ${who} receives`).toBeGreaterThan(25);
    // The fake microphone's beep gives some 1e-3 a second; silence gives 0.
    expect(now.energy - before.energy, `sound that ${who} hears`).toBeGreaterThan(1e-5);
  }).toPass({ timeout: 10_000, intervals: [250] });
}

/** The page hears silence for a whole second (comfort packets may still arrive). */
export async function expectSilence(page: Page, who: string): Promise<void> {
  await expect(async () => {
    const before = await heard(page);
    await page.waitForTimeout(1_500);
    const now = await heard(page);
    expect(now.energy - before.energy, `sound that ${who} hears`).toBeLessThan(1e-7);
  }).toPass({ timeout: 12_000 });
}

/** Nothing was ever heard of the call that the page has gone on with since it was offered another peer connection. */
export async function expectNothingHeard(page: Page, who: string): Promise<void> {
  const energy = await page.evaluate(async () => {
    const { testPeers } = window as unknown as { testPeers: RTCPeerConnection[] };
    const rows = [...((await testPeers.at(-1)?.getStats())?.values() ?? [])];
    const heard = rows.find((row) => row.type === 'inbound-rtp' && row.kind === 'audio');
    return heard ? Number(heard.totalAudioEnergy) : Number.NaN;
  });
  expect(energy, `sound that ${who} has heard`).toBeLessThan(1e-7);
}

/** The page hears the other side without a break: sound and most of its packets in every second of so many. */
export async function expectUnbroken(page: Page, who: string, seconds: number): Promise<void> {
  let before = await heard(page);
  for (let second = 1; second <= seconds; second += 1) {
    await page.waitForTimeout(1_000);
    const now = await heard(page);
    expect(now.received - before.received, `packets that ${who} receives in second ${second}`).toBeGreaterThan(35);
    expect(now.energy - before.energy, `sound that ${who} hears in second ${second}`).toBeGreaterThan(1e-6);
    before = now;
  }
}

/** Both sides hear each other. */
export async function expectTalking(operator: Page, customer: Page): Promise<void> {
  await Promise.all([expectHears(operator, 'the operator'), expectHears(customer, 'the customer')]);
}

const LOW = 770;
const HIGH = 1336;

/** The page hears the two tones of the key 5 (ITU-T Q.23), far above what lies between them, once `press` has pressed it. */
export async function expectKeyFive(page: Page, press: () => Promise<void>): Promise<void> {
  const heardBoth = page.evaluate(
    async ([low, high]) => {
      const { testPeers } = window as unknown as { testPeers: RTCPeerConnection[] };
      const track = testPeers.flatMap((peer) => peer.getReceivers().map((receiver) => receiver.track)).at(-1);
      if (!track) throw new Error('there is no call');
      const context = new AudioContext();
      await context.resume();
      const analyser = new AnalyserNode(context, { fftSize: 2048, smoothingTimeConstant: 0 });
      new MediaStreamAudioSourceNode(context, { mediaStream: new MediaStream([track]) }).connect(analyser);
      const levels = new Float32Array(analyser.frequencyBinCount);
      const at = (hertz: number) => levels[Math.round((hertz * analyser.fftSize) / context.sampleRate)] ?? -Infinity;
      const deadline = performance.now() + 15_000;
      while (performance.now() < deadline) {
        analyser.getFloatFrequencyData(levels);
        const between = at((low + high) / 2);
        if (Math.min(at(low), at(high)) > Math.max(between, -80) + 20) return true;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return false;
    },
    [LOW, HIGH] as const,
  );
  await press();
  expect(await heardBoth, 'the tones of the key 5').toBe(true);
}

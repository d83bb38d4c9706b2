import { type Browser, chromium } from '@playwright/test';

export type Microphone = 'granted' | 'prompt' | 'denied';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-device-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
  '--allow-loopback-in-peer-connection',
];

/** Debian's Chromium with a beeping fake microphone. */
export function launchChromium(answer: 'allow' | 'deny' = 'allow'): Promise<Browser> {
  const ui = answer === 'deny' ? '--use-fake-ui-for-media-stream=deny' : '--use-fake-ui-for-media-stream';
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: [...flags, ui] });
}

/** The same as a process of its own, that a test can kill. */
export function launchChromiumServer() {
  return chromium.launchServer({
    executablePath: '/usr/bin/chromium',
    args: [...flags, '--use-fake-ui-for-media-stream'],
  });
}

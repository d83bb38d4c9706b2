// Measures calls in a real Chromium, the same on headset-hooks, on headset-hooks/jssip and on jssip, and prints a JSON
// object.
//
// One server, one customer, three operators that differ in nothing but the library: the queue rings the one idle longest,
// so that they take turns, and whatever else the machine does hits all alike.
import type { Browser, Page } from '@playwright/test';
import { build } from 'esbuild';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { launchChromium } from '../../packages/desk/e2e/support/chromium';
import { type Server, passwordOf, startServer } from '../../packages/desk/e2e/support/server';
import { held } from './held';

interface Result {
  ring: number;
  answer: number;
  sound: number;
  failed?: string;
}

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '30' },
    many: { type: 'string', default: '1000' },
    folder: { type: 'string' },
  },
});
const folder = values.folder ?? import.meta.dirname;
const libraries = ['hooks', 'dropin', 'jssip'] as const;
type Library = (typeof libraries)[number];

const site = await serve();
const server = await startServer({
  operators: [...libraries],
  origins: [site.url],
  queue: { reject_delay_s: 0, no_answer_delay_s: 0 },
});
const browser = await launchChromium();
try {
  const measured = await latencies(Number(values.calls));
  console.error(JSON.stringify(measured));
  const memory = await shift(Number(values.many));
  console.log(JSON.stringify({ ...measured, memory, version: jssipVersion() }));
} finally {
  await browser.close();
  await server.stop();
  site.stop();
}

/** `count` calls taken by each of the operators. */
async function latencies(count: number) {
  const pages = await Promise.all(libraries.map((library) => operator(browser, server, library)));
  const customer = await caller();
  const taken: Record<Library, Result[]> = { hooks: [], dropin: [], jssip: [] };
  const fewest = () => Math.min(...libraries.map((library) => taken[library].length));
  while (fewest() < count) {
    await call(customer, pages);
    for (const [index, library] of libraries.entries()) taken[library].push(...(await results(pages[index]!)));
  }
  await Promise.all([...pages, customer].map((page) => page.context().close()));
  const medians = (library: Library) => {
    const list = taken[library].slice(0, count);
    return {
      ring: median(list.map(({ ring }) => ring)),
      answer: median(list.map(({ answer }) => answer)),
      sound: median(list.map(({ sound }) => sound)),
      calls: list.length,
    };
  };
  return { hooks: medians('hooks'), dropin: medians('dropin'), jssip: medians('jssip') };
}

/** One operator's page through many calls: what it holds after a tenth of them and at the end. */
async function shift(count: number) {
  const page = await operator(browser, server, 'hooks', '&hurry');
  const customer = await caller();
  const early = Math.max(1, Math.floor(count / 10));
  let before = await held(page);
  for (let n = 1; n <= count; n += 1) {
    await call(customer, [page]);
    await results(page);
    if (n === early) before = await held(page);
    if (n % 100 === 0) console.error(`${n} calls in one page`);
  }
  const after = await held(page);
  await Promise.all([page, customer].map((each) => each.context().close()));
  return { calls: count, early, before, after };
}

/** One call, from the customer's dialling until it is over in the page that took it. */
async function call(customer: Page, operators: Page[]): Promise<void> {
  await customer.waitForFunction(() => (window as unknown as { free: boolean }).free, undefined, { polling: 20 });
  await customer.evaluate(() => (window as unknown as { dial(): void }).dial());
  const over = operators.map((page) =>
    page.waitForFunction(() => (window as unknown as { results: unknown[] }).results.length > 0, undefined, {
      polling: 20,
      timeout: 30_000,
    }),
  );
  await Promise.race(over);
  // The other operator's wait ends with its next call, or with the page.
  for (const wait of over) void wait.catch(() => undefined);
}

async function results(page: Page): Promise<Result[]> {
  const list = await page.evaluate(() => (window as unknown as { results: Result[] }).results.splice(0));
  for (const { failed } of list) if (failed) throw new Error(`a call failed: ${failed}`);
  return list;
}

async function operator(chromium: Browser, centre: Server, login: Library, query = ''): Promise<Page> {
  const context = await chromium.newContext({ permissions: ['microphone'] });
  const answer = await context.request.post(`${centre.url}/v1/auth/login`, {
    data: { login, password: passwordOf(login) },
    headers: { 'X-Headset-Request': '1' },
  });
  if (!answer.ok()) throw new Error(`cannot log in: ${answer.status()}`);
  return ready(await context.newPage(), `operator-${login}`, query);
}

async function caller(): Promise<Page> {
  const context = await browser.newContext({ permissions: ['microphone'] });
  return ready(await context.newPage(), 'caller');
}

async function ready(page: Page, name: string, query = ''): Promise<Page> {
  page.on('pageerror', (error) => console.error(`${name}: ${error.message}`));
  await page.goto(`${site.url}/${name}.html?host=${encodeURIComponent(server.url)}${query}`);
  await page.getByText('ready').waitFor({ timeout: 30_000 });
  return page;
}

/** The pages, bundled, on an origin of their own. */
async function serve() {
  const entries = [...libraries.map((library) => `operator-${library}`), 'caller'];
  const { outputFiles } = await build({
    entryPoints: entries.map((name) => path.join(folder, 'pages', `${name}.js`)),
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    outdir: '/',
    write: false,
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
  });
  const files = new Map<string, Uint8Array>(outputFiles.map(({ path: name, contents }) => [name, contents]));
  for (const name of ['workplace', 'phone'])
    files.set(
      `/generated/${name}.wasm`,
      readFileSync(path.join(folder, `../../packages/hooks/dist/engine/generated/${name}.wasm`)),
    );
  const http = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const file = files.get(pathname);
    const name = pathname.slice(1).replace(/\.html$/, '');
    if (file)
      response.setHeader('Content-Type', pathname.endsWith('.wasm') ? 'application/wasm' : 'text/javascript').end(file);
    else if (entries.includes(name))
      response
        // The finer clock.
        .setHeader('Cross-Origin-Opener-Policy', 'same-origin')
        .setHeader('Cross-Origin-Embedder-Policy', 'require-corp')
        .setHeader('Content-Type', 'text/html')
        .end(`<!doctype html><title>${name}</title><body><script type="module" src="/${name}.js"></script>`);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => http.listen(0, 'localhost', resolve));
  return { url: `http://localhost:${(http.address() as AddressInfo).port}`, stop: () => http.close() };
}

function median(list: number[]): number {
  const sorted = [...list].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function jssipVersion(): string {
  const file = path.join(folder, '../../node_modules/jssip/package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { type Proxy, startProxy } from './proxy';

const root = path.resolve(import.meta.dirname, '../../../..');
const binary = process.env.HEADSET_BINARY ?? path.join(root, 'target/debug/headset');
const run = promisify(execFile);

export interface ServerOptions {
  operators?: string[];
  /** Accounts that may log in and are no operators. */
  accounts?: string[];
  /** Keys of `[[queue]]`, over the tests' own. */
  queue?: Record<string, string | number | string[]>;
  registrars?: number;
  registrarsPerOperator?: number;
  /** Origins of other applications. */
  origins?: string[];
  /** More lines of the configuration file, at its end. */
  extra?: string;
}

/** A real `headset serve` on free ports, with its registrars behind proxies that can be cut. */
export interface Server {
  url: string;
  /** By registrar id: `r1`, `r2` … */
  registrars: Record<string, Proxy>;
  /** Runs `headset <arguments>` against this server and gives what it printed. */
  cli(...args: string[]): Promise<string>;
  log(): string;
  stop(): Promise<void>;
}

export const passwordOf = (login: string) => `password-of-${login}`;

export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const folder = await mkdtemp(path.join(tmpdir(), 'headset-e2e-'));
  const config = path.join(folder, 'headset.toml');
  const registrars: Record<string, Proxy> = {};
  const tables: string[] = [];
  for (let n = 1; n <= (options.registrars ?? 3); n += 1) {
    const proxy = await startProxy();
    registrars[`r${n}`] = proxy;
    tables.push(
      '[[registrar]]',
      `id = "r${n}"`,
      'listen = "127.0.0.1:0"',
      `uri = "ws://localhost:${proxy.port}"`,
      `reg_id = ${n}`,
    );
  }
  const queue = {
    name: 'support',
    display_name: 'Support',
    no_answer_timeout_s: 20,
    members: ['*'],
    ...options.queue,
  };
  await writeFile(
    config,
    [
      `data_dir = ${JSON.stringify(path.join(folder, 'data'))}`,
      '[http]',
      'listen = "127.0.0.1:0"',
      `allowed_origins = ${JSON.stringify(options.origins ?? [])}`,
      '[sip]',
      'domain = "calls.test"',
      'secret = "a secret of the browser tests, long enough"',
      '[assignment]',
      `registrars_per_operator = ${options.registrarsPerOperator ?? 2}`,
      '[guest]',
      'enabled = true',
      ...tables,
      '[[queue]]',
      ...Object.entries(queue).map(([key, value]) => `${key} = ${JSON.stringify(value)}`),
      '[[pause_reason]]',
      'code = "lunch"',
      'ru = "Обед"',
      'en = "Lunch"',
      options.extra ?? '',
    ].join('\n'),
  );

  const child = spawn(binary, ['--config', config, 'serve'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  let log = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));

  const deadline = Date.now() + 20_000;
  const said = async (text: () => string, what: RegExp): Promise<string> => {
    for (;;) {
      const found = what.exec(text())?.[1];
      if (found) return found;
      if (child.exitCode !== null || Date.now() > deadline) throw new Error(`the server did not start:\n${log}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  // The server takes free ports and says which: a port that was chosen for it could be another program's by then.
  const url = await said(() => printed, /^ready (\S+)$/m);
  for (const proxy of Object.values(registrars)) {
    const line = new RegExp(`registrar uri="ws://localhost:${proxy.port}" address=127\\.0\\.0\\.1:(\\d+)\n`);
    proxy.target = Number(await said(() => log, line));
  }

  const cli = async (...args: string[]) => (await run(binary, ['--config', config, ...args])).stdout;
  const add = async (login: string, ...more: string[]) => {
    const adding = run(binary, ['--config', config, 'operator', 'add', login, '--password-stdin', ...more]);
    adding.child.stdin?.end(`${passwordOf(login)}\n`);
    await adding;
  };
  for (const login of options.operators ?? ['anna']) await add(login);
  for (const login of options.accounts ?? []) await add(login, '--no-operator');

  return {
    url,
    registrars,
    cli,
    log: () => log,
    async stop() {
      await ended(child);
      await Promise.all(Object.values(registrars).map((proxy) => proxy.stop()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await exit;
  clearTimeout(late);
}

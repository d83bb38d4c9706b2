import net from 'node:net';

/** A TCP proxy in front of one registrar, that a test can cut. */
export interface Proxy {
  port: number;
  /** Connections that are open now. */
  open(): number;
  /** Every connection is reset and new ones are refused. */
  cut(): void;
  mend(): void;
  stop(): Promise<void>;
}

export async function startProxy(target: number): Promise<Proxy> {
  const pairs = new Set<net.Socket>();
  let isCut = false;
  const server = net.createServer((client) => {
    if (isCut) {
      client.resetAndDestroy();
      return;
    }
    const upstream = net.connect(target, '127.0.0.1');
    const drop = () => {
      pairs.delete(client);
      client.destroy();
      upstream.destroy();
    };
    pairs.add(client);
    client.on('error', drop).on('close', drop);
    upstream.on('error', drop).on('close', drop);
    client.pipe(upstream);
    upstream.pipe(client);
  });
  const port = await listening(server, 0);
  return {
    port,
    open: () => pairs.size,
    cut() {
      isCut = true;
      for (const client of pairs) client.resetAndDestroy();
    },
    mend() {
      isCut = false;
    },
    async stop() {
      for (const client of pairs) client.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export async function freePort(): Promise<number> {
  const server = net.createServer();
  const port = await listening(server, 0);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function listening(server: net.Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as net.AddressInfo).port));
  });
}

import net from 'node:net';

/** A TCP proxy in front of one registrar, that a test can cut. */
export interface Proxy {
  port: number;
  /** The port on this machine that connections are carried to; until it is known they are refused. */
  target: number | undefined;
  /** Connections that are open now. */
  open(): number;
  /** Every connection is reset and new ones are refused. */
  cut(): void;
  mend(): void;
  stop(): Promise<void>;
}

export async function startProxy(): Promise<Proxy> {
  const pairs = new Set<net.Socket>();
  let isCut = false;
  const server = net.createServer((client) => {
    if (isCut || proxy.target === undefined) {
      client.resetAndDestroy();
      return;
    }
    const upstream = net.connect(proxy.target, '127.0.0.1');
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
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const proxy: Proxy = {
    port: (server.address() as net.AddressInfo).port,
    target: undefined,
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
  return proxy;
}

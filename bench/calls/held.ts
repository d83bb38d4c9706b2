// What a page holds, after a collection of garbage.
import type { CDPSession, Page } from '@playwright/test';

/** Bytes, but for the peer connections. */
export interface Held {
  /** All that the page's JavaScript and the browser for it hold, other than the next three. */
  objects: number;
  /** What V8 compiled, as it does while a page runs: of JavaScript and of wasm. */
  code: number;
  /** What the browser's debugger, which measures, keeps of each request. */
  debugger: number;
  /** The engine's memory. */
  wasm: number;
  /** Peer connections that are still there. */
  peers: number;
}

/** V8's own beside its code: a snapshot calls them native, or arrays. */
const COMPILED =
  /^system \/ (WeakArrayList|ProtectedFixedArray|TrustedFixedArray|SharedFunctionInfoWrapper|CppGCManaged \(WasmNativeModule\))$/;

export async function held(page: Page): Promise<Held> {
  const devtools = await page.context().newCDPSession(page);
  // The browser's own list of what was fetched, 250 at most.
  await page.evaluate(() => performance.clearResourceTimings());
  // What the first leaves to finalizers the second takes.
  await devtools.send('HeapProfiler.collectGarbage');
  await devtools.send('HeapProfiler.collectGarbage');
  const { snapshot, nodes, strings } = JSON.parse(await takeSnapshot(devtools)) as Snapshot;
  await devtools.detach();

  const fields = snapshot.meta.node_fields;
  const type = fields.indexOf('type');
  const name = fields.indexOf('name');
  const size = fields.indexOf('self_size');
  const code = snapshot.meta.node_types[0].indexOf('code');
  const sizes = { objects: 0, code: 0, debugger: 0 };
  for (let at = 0; at < nodes.length; at += fields.length) {
    const called = strings[nodes[at + name]!]!;
    let owner: keyof typeof sizes = 'objects';
    if (nodes[at + type] === code || COMPILED.test(called)) owner = 'code';
    else if (called.startsWith('blink::NetworkResourcesData')) owner = 'debugger';
    sizes[owner] += nodes[at + size]!;
  }
  return { ...sizes, ...(await page.evaluate(ofThePage)) };
}

/** Runs in the page. */
function ofThePage(): { peers: number; wasm: number } {
  const { peersAlive, wasmBytes } = window as unknown as { peersAlive(): number; wasmBytes(): number };
  return { peers: peersAlive(), wasm: wasmBytes() };
}

interface Snapshot {
  snapshot: { meta: { node_fields: string[]; node_types: [string[], ...unknown[]] } };
  /** So many numbers a node as there are fields. */
  nodes: number[];
  strings: string[];
}

async function takeSnapshot(devtools: CDPSession): Promise<string> {
  const chunks: string[] = [];
  const keep = ({ chunk }: { chunk: string }) => chunks.push(chunk);
  devtools.on('HeapProfiler.addHeapSnapshotChunk', keep);
  await devtools.send('HeapProfiler.takeHeapSnapshot');
  devtools.off('HeapProfiler.addHeapSnapshotChunk', keep);
  return chunks.join('');
}

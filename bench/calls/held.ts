// What a page holds, after a collection of garbage.
import type { CDPSession, Page } from '@playwright/test';

/** Bytes, but for the last two. */
export interface Held {
  /** The page's JavaScript: objects, closures, arrays, strings and what they are made of. */
  objects: number;
  /** What the browser holds for it: elements, streams, connections, listeners. */
  native: number;
  /** What V8 compiled while the page ran, of JavaScript and of wasm. */
  code: number;
  /** What the browser notes of any page for its tools: requests, players, tasks that took long. */
  notes: number;
  /** The engine's memory. */
  wasm: number;
  /** Functions that could still be called. */
  closures: number;
  /** Peer connections that are still there. */
  peers: number;
}

/** V8's own that comes with its code and is called native. */
const COMPILED =
  /^system \/ (WeakArrayList|ProtectedFixedArray|SharedFunctionInfoWrapper|CppGCManaged \(WasmNativeModule\))$/;
/** Of long tasks the browser keeps 200 at most; of requests and players the debugger, which measures here, keeps more. */
const NOTES = /Performance\w*(Timing|Entry)|TaskAttributionTiming|ScriptTimingInfo|NetworkResourcesData|MediaPlayer/;

export async function held(page: Page): Promise<Held> {
  const devtools = await page.context().newCDPSession(page);
  await page.evaluate(() => performance.clearResourceTimings());
  // The browser keeps a granted request for a microphone, and its stream, for ten seconds.
  await page.waitForTimeout(12_000);
  // What the first leaves to finalizers the second takes.
  await devtools.send('HeapProfiler.collectGarbage');
  await devtools.send('HeapProfiler.collectGarbage');
  const { snapshot, nodes, strings } = JSON.parse(await takeSnapshot(devtools)) as Snapshot;
  await devtools.detach();

  const fields = snapshot.meta.node_fields;
  const type = fields.indexOf('type');
  const name = fields.indexOf('name');
  const size = fields.indexOf('self_size');
  const types = snapshot.meta.node_types[0];
  const sizes = { objects: 0, native: 0, code: 0, notes: 0 };
  let closures = 0;
  for (let at = 0; at < nodes.length; at += fields.length) {
    const called = strings[nodes[at + name]!]!;
    const sort = types[nodes[at + type]!];
    let owner: keyof typeof sizes = 'objects';
    if (sort === 'code' || (sort === 'native' && COMPILED.test(called))) owner = 'code';
    else if (sort === 'native') owner = NOTES.test(called) ? 'notes' : 'native';
    sizes[owner] += nodes[at + size]!;
    if (sort === 'closure') closures += 1;
  }
  return { ...sizes, closures, ...(await page.evaluate(ofThePage)) };
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

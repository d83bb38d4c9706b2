import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { answering } from './answering.js';
import { differences } from './differences.js';
import { ending } from './ending.js';
import { habits } from './habits.js';
import { incoming } from './incoming.js';
import { outgoing } from './outgoing.js';
import { registering } from './registering.js';
import { requests } from './requests.js';
import type { Outcome, Stories } from './story.js';
import { talking } from './talking.js';
import { transferring } from './transferring.js';
import { transporting } from './transporting.js';
import { type Module, World } from './world.js';

export const chapters: Record<string, Stories> = {
  'calls that come': incoming,
  'how they are answered': answering,
  'calls of ours': outgoing,
  'how calls end': ending,
  'during a call': talking,
  'refreshed and transferred': transferring,
  registration: registering,
  connection: transporting,
  'other requests': requests,
  'what applications do': habits,
};

/** What came of every story when jssip was told it. `RECORD_JSSIP=1 npx vitest run jssip.test` writes it anew. */
const FILE = new URL('./outcomes.json', import.meta.url);
const outcomes = JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, Outcome>;
const isRecording = !!process.env['RECORD_JSSIP'];

/** What is to come of a story: of ours, jssip's with what `differences.ts` has. */
function expected(name: string, who: 'jssip' | 'ours'): Outcome {
  const theirs = outcomes[name];
  if (!theirs) throw new Error(`no outcome of "${name}" was recorded`);
  return who === 'jssip' ? theirs : merged(theirs, differences[name]?.ours ?? {});
}

function merged(theirs: Outcome, ours: Outcome): Outcome {
  const isObject = (value: unknown): value is Outcome =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  const fields = Object.entries(ours).map(([name, value]) => {
    const their = theirs[name];
    return [name, isObject(value) && isObject(their) ? merged(their, value) : value];
  });
  return { ...theirs, ...(Object.fromEntries(fields) as Outcome) };
}

/** Tells every story to this module. */
export function suite(who: 'jssip' | 'ours', module: Module): void {
  const recorded: Record<string, unknown> = {};
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_700_000_000_000 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  afterAll(() => {
    if (who === 'jssip' && isRecording) writeFileSync(FILE, `${JSON.stringify(recorded, null, 1)}\n`);
  });
  for (const [chapter, stories] of Object.entries(chapters)) {
    describe(chapter, () => {
      for (const [name, tell] of Object.entries(stories)) {
        it(name, async () => {
          const world = new World(module);
          const outcome = JSON.parse(JSON.stringify(await tell(world))) as Outcome;
          world.ua?.stop();
          recorded[name] = outcome;
          if (who === 'ours' || !isRecording) expect(outcome).toEqual(expected(name, who));
        });
      }
    });
  }
  it('every difference is of a story that there is', () => {
    expect(Object.keys(differences).filter((name) => !(name in outcomes))).toEqual([]);
  });
}

import type { Engine, Inputs, MakeEngine, Output, Snapshots } from '../../engine/contract.js';
import { initialState } from '../../state.js';
import { type Party, SessionDirection, SessionStatus, Status } from '../../types.js';
import { encode } from './encode.js';

/** An engine that does what the test says: it notes what it is told and hands out what the test puts in. */
export class ScriptedEngine implements Engine {
  readonly inputs: { kind: number; what: unknown[] }[] = [];
  readonly outputs: Output[] = [];
  /** What it answers to an input, before its outputs are asked for. */
  react: (kind: number) => void = () => undefined;

  readonly tell = (text: string): string => {
    const [, kind, number, ...fields] = text.split('\x1f');
    this.inputs.push({ kind: Number(kind), what: [Number(number), ...(fields.length ? fields : [''])] });
    this.react(Number(kind));
    return `[${[...this.outputs.splice(0).map(encode), 'null'].join()}]`;
  };

  /** The number and the fields of every input of that kind. */
  told(kind: keyof Inputs): unknown[][] {
    return this.inputs.filter((input) => input.kind === kind).map(({ what }) => what);
  }

  /** Whether the page still tells it what happens. */
  get lives(): boolean {
    const before = this.inputs.length;
    window.dispatchEvent(new Event('focus'));
    return this.inputs.length > before;
  }

  /** Replaces a slice; any input lets the page hear of it. */
  show<S extends keyof Snapshots>(slice: S, value: Snapshots[S]): void {
    this.say({ type: 'changed', slice, value } as Output);
  }

  say(...outputs: Output[]): void {
    this.outputs.push(...outputs);
    window.dispatchEvent(new Event('online'));
  }
}

export interface Script {
  engines: ScriptedEngine[];
  /** The one that runs. */
  readonly engine: ScriptedEngine;
  load: () => Promise<MakeEngine>;
}

export function script(prepare: (engine: ScriptedEngine) => void = () => undefined): Script {
  const engines: ScriptedEngine[] = [];
  const make = (): Engine => {
    const engine = new ScriptedEngine();
    prepare(engine);
    engines.push(engine);
    return engine;
  };
  return {
    engines,
    get engine() {
      const last = engines.at(-1);
      if (!last) throw new Error('No engine was started');
      return last;
    },
    load: () => Promise.resolve(make),
  };
}

export const launch: NonNullable<Snapshots['launch']['data']> = {
  login: 'anna',
  display_name: 'Anna',
  sip: { uri: 'sip:anna@demo.example', domain: 'demo.example' },
  registrars: [],
  registrars_version: '1',
  ice_servers: [{ urls: 'stun:backend.example' }],
  status: { status: Status.DISCONNECTED, since: '2026-11-01T08:00:00Z', version: 1, by: 'operator' },
  pause_reasons: [],
  queues: [],
  poll_s: 15,
};

export const hash = { login: 'anna', username: '1:anna', hash: 'secret', expires_in: 600 };

const caller: Party = {
  displayName: 'Support',
  uri: 'sip:79991234567@demo.example',
  user: '79991234567',
  host: 'demo.example',
};

const invite = [
  'INVITE sip:anna@demo.example SIP/2.0',
  'From: "Support" <sip:79991234567@demo.example>;tag=1',
  'Call-ID: abc@demo',
  'X-Headset-Queue-Name: support',
  '',
  'v=0',
].join('\r\n');

/** A call from the queue. */
export function call(
  change: Partial<Extract<Snapshots['session'], { id: string }>> = {},
): Extract<Snapshots['session'], { id: string }> {
  return {
    status: SessionStatus.STARTING,
    direction: SessionDirection.INCOMING,
    id: 'call-1',
    local: { displayName: 'Anna', uri: 'sip:anna@demo.example', user: 'anna', host: 'demo.example' },
    remote: caller,
    ringing: false,
    muted: false,
    heldByRemote: false,
    connected: false,
    answering: false,
    transferring: false,
    invite,
    ...change,
  };
}

/** Lets promises and tasks under way finish. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}

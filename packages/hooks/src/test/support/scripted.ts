import type { Output, PhoneClass, Snapshots, WorkplaceClass } from '../../engine/contract.js';
import { initialState } from '../../state.js';
import { type Party, SessionDirection, SessionStatus, Status } from '../../types.js';

/** An engine that does what the test says: it notes what it is told and hands out what the test puts in. */
export class ScriptedEngine {
  readonly calls: unknown[][] = [];
  readonly outputs: Output[] = [];
  readonly snapshots: Snapshots = {
    hash: initialState.hash,
    launch: initialState.launch,
    status: initialState.status,
    userAgent: initialState.userAgent,
    session: { status: SessionStatus.WAITING },
    registrars: initialState.registrars,
  };
  /** What it answers to a call, before its outputs are asked for. */
  react: (name: string, args: unknown[]) => void = () => undefined;
  freed = false;

  constructor() {
    return new Proxy(this, {
      get: (engine, name, receiver) => {
        if (typeof name === 'symbol' || name in engine) return Reflect.get(engine, name, receiver);
        return (...args: unknown[]) => {
          if (engine.freed) throw new Error(`${name} after free`);
          engine.calls.push([name, ...args]);
          engine.react(name, args);
        };
      },
    });
  }

  pollOutput(): Output | undefined {
    return this.outputs.shift();
  }

  pollTimeout(): number | undefined {
    return undefined;
  }

  snapshot(slice: keyof Snapshots): unknown {
    return structuredClone(this.snapshots[slice]);
  }

  free(): void {
    this.freed = true;
  }

  /** The arguments after `now` of every call of that name. */
  told(name: string): unknown[][] {
    return this.calls.filter(([called]) => called === name).map(([, , ...args]) => args);
  }

  /** Replaces a slice and says so; any input lets the page hear of it. */
  show<K extends keyof Snapshots>(slice: K, value: Snapshots[K]): void {
    this.snapshots[slice] = value;
    this.say({ type: 'changed', slice });
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
  load: () => Promise<WorkplaceClass & PhoneClass>;
}

export function script(prepare: (engine: ScriptedEngine) => void = () => undefined): Script {
  const engines: ScriptedEngine[] = [];
  const make = class extends ScriptedEngine {
    constructor() {
      super();
      prepare(this);
      engines.push(this);
    }
  };
  return {
    engines,
    get engine() {
      const last = engines.at(-1);
      if (!last) throw new Error('No engine was started');
      return last;
    },
    load: () => Promise.resolve(make as unknown as WorkplaceClass & PhoneClass),
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
    invite,
    ...change,
  };
}

/** Lets promises and tasks under way finish. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}

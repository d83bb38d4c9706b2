import type { Registrar } from 'headset-hooks';

/** How many servers know this page, of how many it belongs to; those it is leaving do not count. */
export function serversState(list: readonly Registrar[]): { up: number; all: number; state: 'all' | 'some' | 'none' } {
  const own = list.filter(({ status }) => status !== 'leaving');
  const up = own.filter(({ status }) => status === 'registered').length;
  return { up, all: own.length, state: up === 0 ? 'none' : up < own.length ? 'some' : 'all' };
}

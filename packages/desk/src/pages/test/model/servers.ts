import type { Registrar } from 'headset-hooks';

export interface ServersState {
  /** How many servers know this page. */
  up: number;
  /** How many it belongs to; those that it is leaving do not count. */
  all: number;
  state: 'all' | 'some' | 'none' | 'joining';
}

export function serversState(list: readonly Registrar[]): ServersState {
  const own = list.filter(({ status }) => status !== 'leaving');
  const up = own.filter(({ status }) => status === 'registered').length;
  const joining = own.some(({ status }) => status === 'connecting' || status === 'connected');
  const state = up === 0 ? (joining || own.length === 0 ? 'joining' : 'none') : up < own.length ? 'some' : 'all';
  return { up, all: own.length, state };
}

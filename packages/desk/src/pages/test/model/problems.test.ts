import { Status, type TelephonyError, type TelephonyStatus, type UserAgent, UserAgentStatus } from 'headset-hooks';
import { describe, expect, it } from 'vitest';
import { barrier, linkOf, statusProblems } from './problems';
import { serversState } from './servers';

const registered: UserAgent = { status: UserAgentStatus.REGISTERED, error: undefined };
const gone: UserAgent = { status: UserAgentStatus.DISCONNECTED, error: undefined };

function error(code: string, recovering = false): TelephonyError {
  return { code, message: 'in words', fatal: !recovering, recovering };
}

function status(over: Partial<TelephonyStatus> = {}): TelephonyStatus {
  return { status: Status.CONNECTED, since: '2026-01-01T00:00:00Z', version: 1, by: 'operator', ...over };
}

function problems(over: Partial<Parameters<typeof statusProblems>[0]> = {}) {
  return statusProblems({
    status: status(),
    statusError: undefined,
    hashError: undefined,
    launchError: undefined,
    userAgent: registered,
    inCall: false,
    ...over,
  });
}

describe('what the operator is told under the status bar', () => {
  it('is nothing while all is well', () => {
    expect(problems()).toEqual([]);
  });

  it('a session that ended: log in, and a call goes on', () => {
    expect(problems({ hashError: error('unauthenticated'), inCall: true })).toEqual([
      { id: 'expired', tone: 'broken', action: 'logIn', inCall: true },
    ]);
  });

  it('one problem for one cause, however many requests it fails', () => {
    const network = error('network', true);
    const shown = problems({ hashError: network, launchError: network, statusError: network, userAgent: gone });
    expect(shown.map(({ id }) => id)).toEqual(['server']);
  });

  it('a status that could not be set', () => {
    expect(problems({ statusError: error('bad_request') })).toMatchObject([
      { id: 'statusFailed', technical: 'bad_request: in words' },
    ]);
  });

  it('being taken off line, until the operator goes on line again', () => {
    const lost = status({ status: Status.DISCONNECTED, sub_status: 'registration_lost', by: 'system' });
    expect(problems({ status: lost, userAgent: gone })).toMatchObject([{ id: 'lost', mended: false }]);
    expect(problems({ status: lost })).toMatchObject([{ id: 'lost', mended: true }]);
    expect(problems({ status: status() })).toEqual([]);
  });

  it('each reason of the system in its own words', () => {
    const off = (sub_status: string) =>
      problems({ status: status({ status: Status.DISCONNECTED, sub_status, by: 'system' }) }).map(({ id }) => id);
    expect(off('unreachable')).toEqual(['unreachable']);
    expect(off('page_closed')).toEqual(['pageClosed']);
    expect(off('ring_no_answer')).toEqual(['ringNoAnswer']);
    expect(off('something_new')).toEqual([]);
  });

  it('a supervisor’s change', () => {
    expect(problems({ status: status({ status: Status.PAUSED, by: 'supervisor' }) })).toMatchObject([
      { id: 'supervisor', tone: 'info' },
    ]);
  });

  it('a lost connection only to whom it matters', () => {
    expect(problems({ userAgent: gone })).toMatchObject([{ id: 'noConnection', inCall: false }]);
    expect(problems({ userAgent: gone, status: status({ status: Status.DISCONNECTED }) })).toEqual([]);
    expect(problems({ userAgent: gone, status: status({ status: Status.DISCONNECTED }), inCall: true })).toMatchObject([
      { id: 'noConnection', inCall: true },
    ]);
  });

  it('servers that refuse the account', () => {
    const refused = { status: UserAgentStatus.ERROR, error: error('registrar_refused') };
    expect(problems({ userAgent: refused })).toMatchObject([
      { id: 'serversRefuse', technical: 'registrar_refused: in words' },
    ]);
  });
});

describe('what stops the page altogether', () => {
  it('is the first error that no waiting mends', () => {
    expect(barrier(undefined, error('network', true))).toBeUndefined();
    expect(barrier(error('unauthenticated'))).toBeUndefined();
    expect(barrier(error('network'), error('not_an_operator'))).toBe('not_an_operator');
    expect(barrier(error('disabled'))).toBe('disabled');
    expect(barrier(error('insecure_context'))).toBe('insecure_context');
  });
});

describe('the sign of the servers', () => {
  const servers = (...states: Parameters<typeof serversState>[0][number]['status'][]) =>
    serversState(states.map((state, index) => ({ id: `r${index}`, uri: '', status: state })));

  it('counts those that know the page', () => {
    expect(servers('registered', 'registered')).toEqual({ up: 2, all: 2, state: 'all' });
    expect(servers('registered', 'disconnected')).toEqual({ up: 1, all: 2, state: 'some' });
    expect(servers('disconnected', 'refused')).toEqual({ up: 0, all: 2, state: 'none' });
  });

  it('does not count a server that is being left', () => {
    expect(servers('registered', 'registered', 'leaving')).toEqual({ up: 2, all: 2, state: 'all' });
  });

  it('is no alarm while the page is joining', () => {
    expect(servers('connecting', 'connected').state).toBe('joining');
    expect(servers().state).toBe('joining');
    expect(linkOf(UserAgentStatus.CONNECTED)).toBe('joining');
    expect(linkOf(UserAgentStatus.ERROR)).toBe('down');
  });
});

import { Status, type TelephonyError, type TelephonyStatus, type UserAgent, UserAgentStatus } from 'headset-hooks';

/** Something that the operator must know about, and what they can press. */
export interface Problem {
  id:
    | 'expired'
    | 'server'
    | 'serversRefuse'
    | 'noConnection'
    | 'lost'
    | 'unreachable'
    | 'pageClosed'
    | 'ringNoAnswer'
    | 'supervisor'
    | 'statusFailed';
  tone: 'broken' | 'warning' | 'info';
  action?: 'logIn' | 'retry';
  /** `lost`: whether calls could reach the operator again. */
  mended?: boolean;
  inCall?: boolean;
  technical?: string;
}

interface Known {
  status: TelephonyStatus | undefined;
  statusError: TelephonyError | undefined;
  hashError: TelephonyError | undefined;
  launchError: TelephonyError | undefined;
  userAgent: UserAgent;
  inCall: boolean;
}

/** Whether calls can come and go. */
export function linkOf(status: UserAgentStatus): 'up' | 'joining' | 'down' {
  switch (status) {
    case UserAgentStatus.REGISTERED:
      return 'up';
    case UserAgentStatus.CONNECTING:
    case UserAgentStatus.CONNECTED:
      return 'joining';
    default:
      return 'down';
  }
}

/** What stops the page altogether: nobody can work with this account. */
export type Barrier = 'not_an_operator' | 'disabled' | 'insecure_context';

export function barrier(...errors: (TelephonyError | undefined)[]): Barrier | undefined {
  for (const error of errors) {
    switch (error?.code) {
      case 'not_an_operator':
      case 'disabled':
      case 'insecure_context':
        return error.code;
    }
  }
  return undefined;
}

/** The problems beside the status bar, the gravest first: one that explains another stands for both. */
export function statusProblems(known: Known): Problem[] {
  const { status, userAgent, inCall } = known;
  const errors = [known.hashError, known.launchError, known.statusError].filter((error) => error !== undefined);
  const problems: Problem[] = [];

  const expired = errors.find((error) => error.code === 'unauthenticated');
  const failing = errors.find((error) => error !== expired && error !== known.statusError);
  if (expired) problems.push({ id: 'expired', tone: 'broken', action: 'logIn', inCall });
  else if (failing) {
    problems.push({ id: 'server', tone: 'broken', action: 'retry', technical: words(failing) });
  } else if (known.statusError) {
    const { recovering } = known.statusError;
    problems.push({
      id: recovering ? 'server' : 'statusFailed',
      tone: 'broken',
      ...(recovering ? { action: 'retry' as const } : {}),
      technical: words(known.statusError),
    });
  }

  const registered = userAgent.status === UserAgentStatus.REGISTERED;
  const fallen = fallenOffLine(status, registered);
  if (fallen) problems.push(fallen);
  else if (userAgent.status === UserAgentStatus.ERROR) {
    problems.push({ id: 'serversRefuse', tone: 'broken', ...detail(userAgent.error) });
  } else if (userAgent.status === UserAgentStatus.DISCONNECTED && problems.length === 0) {
    const online = status?.status === Status.CONNECTED;
    if (online || inCall) problems.push({ id: 'noConnection', tone: 'broken', inCall, ...detail(userAgent.error) });
  }
  return problems;
}

/** The status was changed by somebody else than the operator: why. The way back is the status bar's own button. */
function fallenOffLine(status: TelephonyStatus | undefined, registered: boolean): Problem | undefined {
  if (!status || status.status === Status.CONNECTED || status.by === 'operator') return undefined;
  if (status.by === 'supervisor') return { id: 'supervisor', tone: 'info' };
  switch (status.sub_status) {
    case 'registration_lost':
      return { id: 'lost', tone: registered ? 'warning' : 'broken', mended: registered };
    case 'unreachable':
      return { id: 'unreachable', tone: 'warning' };
    case 'page_closed':
      return { id: 'pageClosed', tone: 'info' };
    case 'ring_no_answer':
      return { id: 'ringNoAnswer', tone: 'warning' };
    default:
      return undefined;
  }
}

function words(error: TelephonyError): string {
  return `${error.code}: ${error.message}`;
}

function detail(error: TelephonyError | undefined): { technical?: string } {
  return error ? { technical: words(error) } : {};
}

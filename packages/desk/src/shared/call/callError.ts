import type { TelephonyError } from 'headset-hooks';

/** What went wrong with a call, in the words that fit: keys of `problem`. */
export interface CallErrorWords {
  title: 'callFailed' | 'holdFailed' | 'resumeFailed' | 'digitsFailed' | 'transferFailed' | 'restarted';
  hint: 'callFailedHint' | 'pressAgain' | 'transferFailedHint' | 'unknownHint' | 'restartedHint';
}

const ofLiveCall: Record<string, CallErrorWords> = {
  hold_failed: { title: 'holdFailed', hint: 'pressAgain' },
  resume_failed: { title: 'resumeFailed', hint: 'pressAgain' },
  transfer_failed: { title: 'transferFailed', hint: 'transferFailedHint' },
  dtmf_failed: { title: 'digitsFailed', hint: 'pressAgain' },
};

/** `undefined` where the error is none of a call's: others show it. */
export function callErrorWords(error: TelephonyError | undefined): CallErrorWords | undefined {
  if (!error) return undefined;
  switch (error.code) {
    case 'sound_blocked':
    case 'microphone_denied':
    case 'microphone_missing':
    case 'microphone_busy':
    case 'microphone_failed':
      return undefined;
    case 'invalid_target':
      return { title: 'callFailed', hint: 'callFailedHint' };
    case 'engine_restarted':
      return { title: 'restarted', hint: 'restartedHint' };
    default:
      return ofLiveCall[error.code] ?? { title: 'callFailed', hint: 'unknownHint' };
  }
}

/** Whether the error means nothing any more once its call is over. */
export function endsWithCall(error: TelephonyError): boolean {
  return error.code in ofLiveCall;
}

import type { TelephonyError } from 'headset-hooks';

/** What is wrong with the microphone, as a person can mend it. */
export type MicrophoneProblem = 'micDenied' | 'micMissing' | 'micBusy' | 'micFailed';

const byCode: Record<string, MicrophoneProblem> = {
  microphone_denied: 'micDenied',
  microphone_missing: 'micMissing',
  microphone_busy: 'micBusy',
  microphone_failed: 'micFailed',
};

/** `undefined` where the error is not about the microphone. */
export function microphoneProblem(error: TelephonyError | undefined): MicrophoneProblem | undefined {
  return error && byCode[error.code];
}

import { describe, expect, it } from 'vitest';
import { callErrorWords, endsWithCall } from './callError';

const error = (code: string) => ({ code, message: '', fatal: false, recovering: false });

describe('an error of a call', () => {
  it('is told in words of its own while the call goes on, and forgotten with it', () => {
    for (const [code, title] of [
      ['hold_failed', 'holdFailed'],
      ['resume_failed', 'resumeFailed'],
      ['dtmf_failed', 'digitsFailed'],
    ] as const) {
      expect(callErrorWords(error(code))).toEqual({ title, hint: 'pressAgain' });
      expect(endsWithCall(error(code)), code).toBe(true);
    }
  });

  it('blames the number only where the number is to blame', () => {
    expect(callErrorWords(error('invalid_target'))?.hint).toBe('callFailedHint');
    expect(callErrorWords(error('media_failed'))).toEqual({ title: 'callFailed', hint: 'unknownHint' });
    expect(endsWithCall(error('media_failed'))).toBe(false);
  });

  it('is not made of what the page shows in another place', () => {
    expect(callErrorWords(undefined)).toBeUndefined();
    for (const code of ['sound_blocked', 'microphone_denied', 'microphone_busy']) {
      expect(callErrorWords(error(code)), code).toBeUndefined();
    }
  });
});

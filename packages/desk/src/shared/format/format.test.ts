import { describe, expect, it } from 'vitest';
import { formatDuration, isoDuration } from './duration';
import { dialTarget, groupNumber, guestNumber } from './number';

describe('a number is grouped as people read it', () => {
  it.each([
    ['79991234567', '+7 999 123-45-67'],
    ['+79991234567', '+7 999 123-45-67'],
    ['89991234567', '8 999 123-45-67'],
    ['9991234567', '999 123-45-67'],
    ['1234567', '123-45-67'],
    ['123456', '12-34-56'],
    ['12345', '1-23-45'],
    ['1001', '1001'],
    ['12125550123', '+1 212 555-0123'],
    ['375291234567', '+375 29 123-45-67'],
    ['+442079460018', '+442 079 460 018'],
    ['491512345678901', '491 512 345 678 901'],
  ])('%s', (raw, shown) => {
    expect(groupNumber(raw)).toBe(shown);
  });

  it('leaves a login, a name and nothing alone', () => {
    expect(groupNumber('boris')).toBe('boris');
    expect(groupNumber('anonymous')).toBe('anonymous');
    expect(groupNumber('')).toBe('');
    expect(groupNumber('12 apples')).toBe('12 apples');
  });

  it('loses no digit', () => {
    for (let length = 1; length <= 15; length += 1) {
      const digits = '731498652073149'.slice(0, length);
      expect(groupNumber(digits).replaceAll(/\D/g, '')).toBe(digits);
    }
  });
});

describe('what may be dialled', () => {
  it('takes a number however it is written', () => {
    expect(dialTarget(' +7 (999) 123-45-67 ')).toBe('79991234567');
    expect(dialTarget('1001')).toBe('1001');
  });

  it('takes a colleague’s login', () => {
    expect(dialTarget('Boris')).toBe('boris');
  });

  it('takes nothing else', () => {
    for (const typed of ['', '+', 'борис', 'two words', '1234567890123456789012345678901234567890', '<sip:x>']) {
      expect(dialTarget(typed), typed).toBeUndefined();
    }
  });

  it('keeps a guest’s number within what the server takes', () => {
    expect(guestNumber('+7 999 123-45-67')).toBe('79991234567');
    expect(guestNumber('12')).toBeUndefined();
    expect(guestNumber('1234567890123456')).toBeUndefined();
    expect(guestNumber('abc')).toBeUndefined();
  });
});

describe('a span is shown as on a clock', () => {
  it.each([
    [0, '0:00'],
    [999, '0:00'],
    [7_000, '0:07'],
    [754_000, '12:34'],
    [3_723_000, '1:02:03'],
    [36_000_000, '10:00:00'],
    [-5_000, '0:00'],
    [Number.NaN, '0:00'],
  ])('%d ms', (ms, shown) => {
    expect(formatDuration(ms)).toBe(shown);
  });

  it('and for machines', () => {
    expect(isoDuration(754_000)).toBe('PT12M34S');
  });
});

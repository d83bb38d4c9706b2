import { describe, expect, it, vi } from 'vitest';
import { parseRequest } from '../request.js';
import { inertEvent, SessionEvents, waitingSession } from '../session-event.js';
import { SessionDirection, SessionStatus } from '../types.js';
import { call } from './support/scripted.js';

describe('the INVITE', () => {
  const request = parseRequest(
    'INVITE sip:a@b SIP/2.0\r\nf: <sip:c@d>\r\nX-Two: one\r\nx-two: two\r\nSubject: a long\r\n  story\r\n\r\nv=0\r\n',
  );

  it('is read by any spelling of a header', () => {
    expect(request.getHeader('FROM')).toBe('<sip:c@d>');
    expect(request.getHeaders('X-Two')).toEqual(['one', 'two']);
    expect(request.getHeader('subject')).toBe('a long story');
    expect(request.hasHeader('Nothing')).toBe(false);
    expect([request.method, request.ruri, request.body]).toEqual(['INVITE', 'sip:a@b', 'v=0\r\n']);
  });

  it('of an empty text has nothing, and does not throw', () => {
    expect(parseRequest('').getHeader('From')).toBeUndefined();
  });
});

describe('the call under JsSIP’s names', () => {
  const commands = { answer: vi.fn(), end: vi.fn(), hold: vi.fn(), mute: vi.fn(), sendDtmf: vi.fn() };
  const { invite, ...ringing } = call();

  it('is one object while its id stays, and answers with what holds now', () => {
    const events = new SessionEvents(commands);
    const first = events.of(ringing, invite);
    const second = events.of({ ...ringing, status: SessionStatus.ACTIVE, muted: true, answeredAt: 5000 }, invite);
    expect(second).toBe(first);
    expect(first.originator).toBe('remote');
    expect(first.session.remote_identity.display_name).toBe('Support');
    expect(first.session.remote_identity.uri.user).toBe('79991234567');
    expect(String(first.session.remote_identity)).toBe('"Support" <sip:79991234567@demo.example>');
    expect(first.session.isEstablished()).toBe(true);
    expect(first.session.isMuted().audio).toBe(true);
    expect(first.session.start_time).toEqual(new Date(5000));
    expect(first.session.start_time).toBe(first.session.start_time);
    expect(first.request.getHeader('X-Headset-Queue-Name')).toBe('support');
  });

  it('commands, until it is over', () => {
    const events = new SessionEvents(commands);
    const { session } = events.of(ringing, invite);
    session.sendDTMF(5);
    expect(commands.sendDtmf).toHaveBeenCalledWith('5');
    events.ended();
    session.terminate();
    expect(commands.end).not.toHaveBeenCalled();
    expect(session.isEnded()).toBe(true);
    expect(session.remote_identity.uri.user).toBe('79991234567');
  });

  it('says who called whom', () => {
    const outgoing = new SessionEvents(commands).of({ ...ringing, direction: SessionDirection.OUTGOING }, '');
    expect([outgoing.originator, outgoing.session.direction]).toEqual(['local', 'outgoing']);
  });

  it('before any call has empty identities and does nothing', () => {
    const { session, request } = inertEvent();
    expect([session.remote_identity.uri.user, session.remote_identity.display_name]).toEqual(['', '']);
    expect([session.isEnded(), session.isInProgress(), session.start_time]).toEqual([false, false, null]);
    expect(request.getHeader('From')).toBeUndefined();
    session.answer();
    expect(waitingSession.status).toBe('waiting');
  });
});

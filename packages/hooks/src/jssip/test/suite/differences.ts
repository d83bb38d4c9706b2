import type { Outcome } from './story.js';

/** What comes of a story when it is told to our module, where that is not what jssip 3.13.8 makes of it. */
export const differences: Record<string, { why: string; ours: Outcome }> = {
  'INVITE that comes again': { why: 'RFC 3261 §17.2.1: it is answered as before', ours: { wire: 1 } },
  'the same call by another way is merged': {
    why: 'RFC 3261 §17.2.1: every INVITE hears 100 first',
    ours: { wire: ['100 INVITE', '482 INVITE'] },
  },
  'rung while the connection breaks': {
    why: 'It rang on for a minute with nobody there',
    ours: { heard: ['session.failed system Connection Error', 'disconnected'], status: 8 },
  },
  'an answer that is sent again is the same': {
    why: 'Session-Expires and the own headers were lost',
    ours: { own: ['1', '1'], timer: '90;refresher=uas' },
  },
  'no answer can be made': {
    why: 'What is said to be a message is none where it was a text: peerconnection:createanswerfailed has the error',
    ours: { message: null },
  },
  'gathering is slow': {
    why: 'Candidates are waited for no longer than ice_gathering_timeout',
    // Again after 500 ms, since no ACK comes.
    ours: { within3s: ['200 INVITE', '200 INVITE'] },
  },
  'an INVITE without an offer': { why: 'The microphone was never opened', ours: { microphone: 1 } },
  'a media type with parameters': {
    why: 'Only the media type is compared',
    ours: {
      heard: ['connecting', 'connected', 'newRTCSession remote', 'session.progress local'],
      wire: ['100 INVITE', '180 INVITE'],
      status: 4,
    },
  },
  'headers that JsSIP cannot read': {
    why: 'versatica/JsSIP#560, #687, #938: the call vanished',
    ours: { rung: { docker: 1, hash: 1, cyrillic: 1, comma: 1, tel: 1 } },
  },
  'a message that is none': { why: 'RFC 3261 §16.3: the sender is told', ours: { wire: ['400 INVITE'] } },
  'a second fork rings with media of its own': {
    why: 'The fork that speaks last is heard; its media was refused',
    ours: { heard: ['session.sdp remote answer', 'session.progress remote'] },
  },
  'a second fork answers too': { why: 'The call that is up was ended instead', ours: { to: ['two', 'two'] } },
  'two realms': {
    why: 'The password was replaced by the first realm’s HA1',
    ours: { sent: 4, last: 'session.sending' },
  },
  'the strongest of several challenges': { why: 'RFC 8760', ours: { algorithm: 'SHA-256' } },
  'a registrar that asks for SHA-512/256': { why: 'RFC 8760', ours: { answered: true } },
  'a nonce serves again': { why: 'RFC 7616 §3.3: no round trip for a challenge', ours: { credentials: true } },
  'given up before anything came back': { why: 'One CANCEL for one INVITE', ours: { after: { wire: ['CANCEL'] } } },
  'given up as it is answered there': { why: 'The far end talked to nobody', ours: { wire: ['CANCEL', 'ACK', 'BYE'] } },
  'a hold is refused': {
    why: 'RFC 3261 §14.1: the call stays as it was',
    ours: {
      heard: ['session.hold local', 'session.sdp local offer', 'session.sdp local offer', 'session.unhold local'],
      wire: ['INVITE', 'ACK'],
      status: 9,
      onHold: { local: false },
      reason: [],
    },
  },
  'both offer at once': {
    why: 'versatica/JsSIP#771: 491 and no more',
    ours: { heard: [], wire: ['100 INVITE', '491 INVITE'], remote: 1 },
  },
  'our offer is told to wait': { why: 'RFC 3261 §14.1: a new request has a new number', ours: { newNumber: true } },
  'our offer is told to wait, and we hang up': { why: 'Nothing is offered in a call that is over', ours: { wire: [] } },
  'a key while there is no connection': {
    why: 'The call goes on; the key is lost',
    ours: { heard: ['session.newDTMF local'], status: 9 },
  },
  'held while there is no connection': {
    why: 'hold() says that it cannot; the call goes on',
    ours: { heard: [], status: 9 },
  },
  'a refresh that is not understood there': { why: 'RFC 4028 §7.4: by re-INVITE then', ours: { refreshed: true } },
  'the registrar is overloaded': { why: 'RFC 5626 §4.5', ours: { retried: true } },
  'the registrar is silent': { why: 'RFC 5626 §4.5', ours: { retried: true } },
  'a Contact that is not ours': {
    why: 'Nothing was heard of it, and nothing tried again',
    ours: { heard: ['registrationFailed SIP Failure Code'] },
  },
  'unregistered while not registered': {
    why: 'Bindings of a page before a reload can be cleared',
    ours: { sent: ['*'] },
  },
  'a message inside a call that rings there': {
    why: 'sendInfo() let it pass, and what it called did not: it goes where keys go',
    ours: { thrown: 'nothing', wire: ['INFO'] },
  },
  'muted before there is a microphone': { why: 'Who had muted himself was heard', ours: { track: false } },
  'a transfer to another call that came': {
    why: 'RFC 3891 §3: tags as the one who is to be found has them',
    ours: { to: '<sip:bob@example.com?Replaces=call-1;to-tag=bob;from-tag=OURS>' },
  },
  'a call when the user agent has stopped': { why: 'No microphone for nobody', ours: { asked: 0 } },
  'an anonymous call is hung up there': {
    why: 'BYE was answered by 404: to the Contact that the call had given',
    ours: { heard: ['session.ended remote Terminated'], wire: ['200 BYE'], status: 8 },
  },
  'a refusal with a body of its own kind': {
    why: 'RFC 3261 §7.3.1: one Content-Type',
    ours: { types: ['text/plain'] },
  },
  'headers in their short form, and folded': { why: 'RFC 3261 §7.3', ours: { subject: true, long: 'a b' } },
};

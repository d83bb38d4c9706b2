// A customer who calls the queue whenever told to, and is never the one who hangs up.
import { PhoneProvider, usePhone } from 'headset-hooks/phone';
import { createElement, useEffect } from 'react';
import { createRoot } from 'react-dom/client';

const host = new URLSearchParams(location.search).get('host');

function Caller() {
  const { status, userAgent, session, connect, call, hangUp } = usePhone();
  useEffect(() => connect('+79995550100'), [connect]);
  const free = status === 'ready' && userAgent.status === 'registered' && session.status === 'waiting';
  useEffect(() => {
    window.dial = () => call('support');
    window.hangUp = () => hangUp();
    window.free = free;
  }, [call, hangUp, free]);
  return createElement('p', null, free ? 'ready' : session.status);
}

createRoot(document.body.appendChild(document.createElement('main'))).render(
  createElement(PhoneProvider, { host }, createElement(Caller)),
);

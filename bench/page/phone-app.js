// A customer's page on headset-hooks/phone: a call to a queue.
import { PhoneProvider, usePhone } from 'headset-hooks/phone';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';

function Customer() {
  const { status, userAgent, session, error, connect, call, hangUp } = usePhone();
  const text = [status, userAgent.status, session.status, error?.code];
  return createElement('div', null, text.join(' '), [
    createElement('button', { key: 1, onClick: () => connect('79991234567') }, 'Connect'),
    createElement('button', { key: 2, onClick: () => call('support') }, 'Call'),
    createElement('button', { key: 3, onClick: () => hangUp() }, 'End'),
  ]);
}

createRoot(document.body).render(createElement(PhoneProvider, { host: '' }, createElement(Customer)));

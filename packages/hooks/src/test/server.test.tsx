// @vitest-environment node
import { renderToString } from 'react-dom/server';
import { describe, expect, it, vi } from 'vitest';

describe('on a server', () => {
  it('every entry is imported and renders without a browser, warning of nothing', async () => {
    expect(typeof window).toBe('undefined');
    const log = vi.spyOn(console, 'error');
    const { default: CallcenterProvider, ...hooks } = await import('../index.js');
    const { useCallcenterStatus } = await import('../callcenter.js');
    const { PhoneProvider, usePhone } = await import('../phone.js');
    const Page = () => {
      const { loading } = hooks.useTelephonyLaunch();
      const { status } = hooks.useSession();
      const { user } = hooks.useSessionSelector(({ session }) => ({ user: session.remote_identity.uri.user }));
      hooks.useCallcenterEvents(() => undefined);
      return (
        <p>{[loading, status, `[${user}]`, useCallcenterStatus().loading, hooks.useUserAgent().status].join(' ')}</p>
      );
    };
    const Guest = () => <p>{usePhone().status}</p>;
    expect(renderToString(<CallcenterProvider host="cc.example">{<Page />}</CallcenterProvider>)).toBe(
      '<p>true waiting [] true connecting</p>',
    );
    expect(renderToString(<PhoneProvider host="">{<Guest />}</PhoneProvider>)).toBe('<p>idle</p>');
    expect(log).not.toHaveBeenCalled();
  });
});

import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import type { i18n } from 'i18next';
import { type ReactNode, useState } from 'react';
import { I18nextProvider } from 'react-i18next';
import './styles';
import { cssVariables, theme } from './theme';

const colours = localStorageColorSchemeManager({ key: 'headset.colours' });

/** What every page stands on: texts, look, requests. */
export function Providers({ texts, children }: { texts: i18n; children: ReactNode }) {
  const [queries] = useState(() => new QueryClient());
  return (
    <I18nextProvider i18n={texts}>
      <QueryClientProvider client={queries}>
        <MantineProvider
          theme={theme}
          cssVariablesResolver={cssVariables}
          colorSchemeManager={colours}
          defaultColorScheme="auto"
        >
          {children}
        </MantineProvider>
      </QueryClientProvider>
    </I18nextProvider>
  );
}

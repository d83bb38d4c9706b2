import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { useSyncExternalStore } from 'react';
import { createRoot } from 'react-dom/client';
import { Providers } from '../src/app/Providers';
import { startTexts } from '../src/i18n';
import { scenes } from './scenes';

const asked = new URLSearchParams(window.location.search);
const scheme = asked.get('colours');
if (scheme) localStorage.setItem('headset.colours', scheme);

/** The scene in the address, also when that changes without the page being loaded again. */
function useScene() {
  return useSyncExternalStore(
    (changed) => {
      window.addEventListener('popstate', changed);
      return () => window.removeEventListener('popstate', changed);
    },
    () => new URLSearchParams(window.location.search).get('scene') ?? '',
  );
}

function Gallery() {
  const name = useScene();
  const Scene = scenes[name];
  if (Scene) return <Scene key={name} />;
  return (
    <ul>
      {Object.keys(scenes).map((name) => (
        <li key={name}>
          <a href={`?scene=${name}`}>{name}</a>
        </li>
      ))}
    </ul>
  );
}

const router = createRouter({
  routeTree: createRootRoute({ component: Gallery }),
  history: createMemoryHistory({ initialEntries: ['/'] }),
});

const place = document.getElementById('root');
if (place) {
  createRoot(place).render(
    <Providers texts={startTexts(asked.get('language') === 'ru' ? 'ru' : 'en')}>
      {/* The router's type is the app's own; the gallery has no routes. */}
      <RouterProvider router={router as never} />
    </Providers>,
  );
}

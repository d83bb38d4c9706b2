import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { HomePage } from '../pages/home/HomePage';
import { CrashPage, LoadingPage, NotFoundPage } from './pages';

const root = createRootRoute();

const home = createRoute({ getParentRoute: () => root, path: '/', component: HomePage });

const test = createRoute({
  getParentRoute: () => root,
  path: '/test',
  component: lazyRouteComponent(() => import('../pages/test/TestPage')),
});

const customer = createRoute({
  getParentRoute: () => root,
  path: '/customer',
  // `/customer?number=79991234567`: the customer's own number, for links and tests.
  validateSearch: (search: Record<string, unknown>): { number?: string } =>
    typeof search['number'] === 'string' || typeof search['number'] === 'number'
      ? { number: String(search['number']) }
      : {},
  component: lazyRouteComponent(() => import('../pages/customer/CustomerPage')),
});

export const router = createRouter({
  routeTree: root.addChildren([home, test, customer]),
  defaultPendingComponent: LoadingPage,
  defaultErrorComponent: CrashPage,
  defaultNotFoundComponent: NotFoundPage,
  defaultPendingMs: 200,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

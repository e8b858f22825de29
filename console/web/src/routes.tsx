import { lazy, Suspense } from 'react';
import { createBrowserRouter, Navigate } from 'react-router';
import type { Me } from '@/session/session';
import type { Page } from '@/shell/page';
import { PAGES } from '@/shell/pages';
import { Shell } from '@/shell/Shell';
import { WholePage } from '@/shell/WholePage';

/** Routes that share their code are the same element, so that going from one to the other keeps what is on the screen. */
const elements = new Map<Page['load'], ReturnType<typeof element>>();

function element(load: Page['load']) {
  const Content = lazy(load);
  return (
    <Suspense fallback={<WholePage.Loading />}>
      <Content />
    </Suspense>
  );
}

function shared(load: Page['load']) {
  const known = elements.get(load) ?? element(load);
  elements.set(load, known);
  return known;
}

/** The pages that this user may see. */
export function routerFor(user: Me['user']) {
  const mine = PAGES.filter(page => page.roles.includes(user.role));
  const start = mine.find(page => page.entry)?.path ?? '/inbox';
  return createBrowserRouter([
    {
      element: <Shell />,
      errorElement: <WholePage.Crashed />,
      children: [
        { index: true, element: <Navigate to={start} replace /> },
        ...mine.map(page => ({ path: page.path, element: shared(page.load), errorElement: <WholePage.Crashed /> })),
        { path: '*', element: <WholePage.NotFound /> },
      ],
    },
  ]);
}

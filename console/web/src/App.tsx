import { MantineProvider } from '@mantine/core';
import { ModalsProvider } from '@mantine/modals';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from 'react-router';
import { queryClient } from '@/api/queries';
import { LiveProvider } from '@/live/LiveProvider';
import { routerFor } from '@/routes';
import { SignIn } from '@/session/SignIn';
import { type Me, useSession } from '@/session/session';
import { WholePage } from '@/shell/WholePage';
import { readable, schemeManager, theme } from '@/theme';

export function App() {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={readable}
      colorSchemeManager={schemeManager}
      defaultColorScheme="auto"
    >
      <QueryClientProvider client={queryClient}>
        <ModalsProvider>
          <Notifications position="top-right" limit={4} />
          <SignedInOrNot />
        </ModalsProvider>
      </QueryClientProvider>
    </MantineProvider>
  );
}

function SignedInOrNot() {
  const session = useSession();
  if (session.isPending) return <WholePage.Loading />;
  if (session.error && session.data === undefined) {
    return <WholePage.Problem error={session.error} retry={() => void session.refetch()} />;
  }
  return session.data ? <Console me={session.data} /> : <SignIn />;
}

const routers = new Map<string, ReturnType<typeof routerFor>>();

/** One router a user: it outlives renderings, and another user gets other pages. */
function Console({ me }: { me: Me }) {
  const known = routers.get(me.user.id) ?? routerFor(me.user);
  routers.set(me.user.id, known);
  return (
    <LiveProvider>
      <RouterProvider router={known} />
    </LiveProvider>
  );
}

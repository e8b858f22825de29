import { Burger, Drawer } from '@mantine/core';
import { useDisclosure, useMediaQuery } from '@mantine/hooks';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { Outlet } from 'react-router';
import { useMe } from '@/session/session';
import { Brand } from '@/shell/Brand';
import { ConnectionState } from '@/shell/ConnectionState';
import { HeaderSlot } from '@/shell/HeaderSlot';
import { entriesFor, Navigation } from '@/shell/Navigation';
import classes from '@/shell/Shell.module.css';
import { UserMenu } from '@/shell/UserMenu';
import { t } from '@/texts/common';

const AgentDesk = lazy(() => import('@/agent/AgentDesk'));

/** What stands around every page: header, navigation, and a place in the header that pages may fill. */
export function Shell() {
  const [opened, { toggle, close }] = useDisclosure(false);
  const [slot, setSlot] = useState<HTMLElement | null>(null);
  const small = useMediaQuery('(max-width: 900px)', false, { getInitialValueInEffect: false });
  const { user } = useMe();
  const several = entriesFor(user.role).length > 1;
  return (
    <HeaderSlot value={slot}>
      <div className={classes.shell}>
        <a href="#content" className={classes.skip}>
          {t.shell.skip}
        </a>
        <header className={classes.header}>
          {small && several && (
            <Burger
              opened={opened}
              onClick={toggle}
              size="sm"
              aria-label={opened ? t.shell.closeNavigation : t.shell.openNavigation}
            />
          )}
          <Brand />
          <ConnectionState />
          <div className={classes.spacer} />
          <div ref={setSlot} />
          <UserMenu />
        </header>
        {!small && several && <Side />}
        <Drawer opened={small === true && opened} onClose={close} size={240} title={<Brand />} withinPortal>
          <Navigation onChoose={close} />
        </Drawer>
        <Content>
          <Outlet />
        </Content>
        {user.agent_id && (
          <Suspense>
            <AgentDesk />
          </Suspense>
        )}
      </div>
    </HeaderSlot>
  );
}

function Side() {
  return (
    <div className={classes.nav}>
      <Navigation />
    </div>
  );
}

function Content({ children }: { children: ReactNode }) {
  return (
    <main id="content" tabIndex={-1} className={classes.main}>
      {children}
    </main>
  );
}

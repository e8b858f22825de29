import { Avatar, Menu, UnstyledButton, useMantineColorScheme, VisuallyHidden } from '@mantine/core';
import { IconCheck, IconDeviceDesktop, IconLock, IconLogout, IconMoon, IconSun } from '@tabler/icons-react';
import { Link } from 'react-router';
import { notifyProblem } from '@/components/notify';
import { signOut, useMe } from '@/session/session';
import { t } from '@/texts/common';

const SCHEMES = [
  { scheme: 'auto', label: t.shell.scheme.auto, icon: IconDeviceDesktop },
  { scheme: 'light', label: t.shell.scheme.light, icon: IconSun },
  { scheme: 'dark', label: t.shell.scheme.dark, icon: IconMoon },
] as const;

export function UserMenu() {
  const { user } = useMe();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Menu position="bottom-end" width={230} withinPortal>
      <Menu.Target>
        <UnstyledButton>
          <VisuallyHidden>{t.shell.userMenu}</VisuallyHidden>
          <Avatar name={user.name} color="initials" radius="xl" size={34} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t.signIn.signedInAs(user.name, t.roles[user.role])}</Menu.Label>
        <Menu.Divider />
        <Menu.Label>{t.shell.scheme.label}</Menu.Label>
        {SCHEMES.map(({ scheme, label, icon: Icon }) => (
          <Menu.Item
            key={scheme}
            leftSection={<Icon size={16} aria-hidden />}
            rightSection={colorScheme === scheme ? <IconCheck size={16} aria-hidden /> : null}
            aria-current={colorScheme === scheme}
            onClick={() => setColorScheme(scheme)}
          >
            {label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item component={Link} to="/security" leftSection={<IconLock size={16} aria-hidden />}>
          {t.shell.changePassword}
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => signOut().catch(notifyProblem)}>
          {t.signIn.signOut}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

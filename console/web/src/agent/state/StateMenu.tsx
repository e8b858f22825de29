import { Button, Menu, Text, VisuallyHidden } from '@mantine/core';
import {
  IconBell,
  IconBellOff,
  IconChevronDown,
  IconCircleFilled,
  IconVolume,
  IconVolumeOff,
} from '@tabler/icons-react';
import { useState } from 'react';
import { clicks, useAgentId, useDesk, usePresence } from '@/agent/desk/queries';
import { duration, useNow } from '@/agent/desk/time';
import { notificationPermission, useSound } from '@/agent/state/preferences';
import { notifyProblem } from '@/components/notify';
import { t } from '@/texts/agent';

const COLOURS = { available: 'green.7', pause: 'orange.7', offline: 'gray.6' } as const;
const MINUTE_MS = 30_000;

/** What the agent is doing, and a way to change it. Nothing for who is no agent. */
export function StateMenu() {
  const agent = useAgentId();
  return agent ? <Menu_ agent={agent} /> : null;
}

function Menu_({ agent }: { agent: string }) {
  const { data: presence } = usePresence();
  const { data: desk } = useDesk();
  const now = useNow(MINUTE_MS);
  if (!presence) return null;
  const { state } = presence;
  const name = state === 'pause' && presence.pause ? presence.pause : t.state[state];
  const become = (wanted: typeof state, pause = '') => clicks.setState(agent, wanted, pause).catch(notifyProblem);
  const pauses = desk?.pauses.length ? desk.pauses.map(one => one.name) : [''];
  return (
    <Menu position="bottom-end" width={250} withinPortal>
      <Menu.Target>
        <Button
          variant="default"
          size="xs"
          leftSection={<Dot state={state} />}
          rightSection={<IconChevronDown size={14} aria-hidden />}
        >
          <VisuallyHidden>{t.state.label}: </VisuallyHidden>
          {name}
          {presence.since && (
            <Text span size="xs" c="dimmed" ml={6} visibleFrom="sm">
              {t.state.since(duration(now - Date.parse(presence.since)))}
            </Text>
          )}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {presence.wrapups.length > 0 && <Menu.Label>{t.state.wrapup}</Menu.Label>}
        <Menu.Item leftSection={<Dot state="available" />} onClick={() => become('available')}>
          {t.state.available}
        </Menu.Item>
        <Menu.Label>{t.state.pauses}</Menu.Label>
        {pauses.map(pause => (
          <Menu.Item key={pause} leftSection={<Dot state="pause" />} onClick={() => become('pause', pause)}>
            {pause || t.state.justPause}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<Dot state="offline" />} onClick={() => become('offline')}>
          {t.state.offline}
        </Menu.Item>
        <Menu.Divider />
        <Preferences />
      </Menu.Dropdown>
    </Menu>
  );
}

function Dot({ state }: { state: keyof typeof COLOURS }) {
  return (
    <Text span c={COLOURS[state]} lh={0}>
      <IconCircleFilled size={12} aria-hidden />
    </Text>
  );
}

function Preferences() {
  const [sound, setSound] = useSound();
  const [permission, setPermission] = useState(notificationPermission);
  const granted = permission === 'granted';
  const words = {
    granted: t.state.notificationsOn,
    denied: t.state.notificationsRefused,
    default: t.state.notifications,
  };
  return (
    <>
      <Menu.CheckboxItem
        checked={sound}
        onChange={setSound}
        rightSection={sound ? <IconVolume size={16} aria-hidden /> : <IconVolumeOff size={16} aria-hidden />}
      >
        {t.state.sound}
      </Menu.CheckboxItem>
      {permission !== 'unsupported' && (
        <Menu.Item
          closeMenuOnClick={false}
          disabled={permission !== 'default'}
          leftSection={granted ? <IconBell size={16} aria-hidden /> : <IconBellOff size={16} aria-hidden />}
          onClick={() => void Notification.requestPermission().then(setPermission)}
        >
          {words[permission]}
        </Menu.Item>
      )}
    </>
  );
}

import { Button, Menu, Text, ThemeIcon } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import type { ActionName } from '@/admin/accounts/routing/actions';
import { ACTION_NAMES, COLOURS, ICONS } from '@/admin/accounts/routing/words';
import { t } from '@/texts/admin';

/** Which action is added. */
export function AddAction({ onAdd }: { onAdd: (name: ActionName) => void }) {
  return (
    <Menu position="bottom-start" width={360} withinPortal>
      <Menu.Target>
        <Button variant="default" leftSection={<IconPlus size={16} aria-hidden />}>
          {t.routing.add}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {ACTION_NAMES.map(name => {
          const Icon = ICONS[name];
          return (
            <Menu.Item
              key={name}
              leftSection={
                <ThemeIcon variant="light" color={COLOURS[name]}>
                  <Icon size={16} aria-hidden />
                </ThemeIcon>
              }
              onClick={() => onAdd(name)}
            >
              <Text size="sm" fw={500}>
                {t.routing.actions[name]}
              </Text>
              <Text size="xs" c="dimmed">
                {t.routing.does[name]}
              </Text>
            </Menu.Item>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}

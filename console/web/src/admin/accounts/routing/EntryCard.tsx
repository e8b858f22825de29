import { useSortable } from '@dnd-kit/sortable';
import { CSS } from '@dnd-kit/utilities';
import { ActionIcon, Badge, Collapse, Menu, Text, ThemeIcon, Tooltip, UnstyledButton } from '@mantine/core';
import {
  IconArrowDown,
  IconArrowUp,
  IconChevronDown,
  IconClock,
  IconCopy,
  IconDots,
  IconGripVertical,
  IconRowInsertTop,
  IconTrash,
} from '@tabler/icons-react';
import type { KeyboardEvent } from 'react';
import { ActionFields } from '@/admin/accounts/routing/ActionFields';
import type { Action, Entry } from '@/admin/accounts/routing/actions';
import type { Fault } from '@/admin/accounts/routing/ConditionEditor';
import classes from '@/admin/accounts/routing/Routing.module.css';
import { COLOURS, ICONS, type Names, summary } from '@/admin/accounts/routing/words';
import { t } from '@/texts/admin';
import { t as common } from '@/texts/common';

export interface EntryHandlers {
  toggle: (uid: string) => void;
  change: (uid: string, action: Action) => void;
  move: (from: number, to: number) => void;
  duplicate: (index: number) => void;
  insertAt: (index: number) => void;
  remove: (uid: string) => void;
}

interface Props {
  entry: Entry;
  index: number;
  entries: readonly Entry[];
  names: Names;
  opened: boolean;
  /** How often the last dry run came by. */
  visits: number;
  faults: Readonly<Record<string, Fault>>;
  on: EntryHandlers;
}

/** One entry of the list: a line that opens onto its fields, with a handle to move it by. */
export function EntryCard({ entry, index, entries, names, opened, visits, faults, on }: Props) {
  const { attributes, listeners, setNodeRef, setActivatorNodeRef, transform, transition, isDragging } = useSortable({
    id: entry.uid,
  });
  const name = entry.action.action ?? 'Noop';
  const Icon = ICONS[name];
  const line = summary(entry.action, names);
  const title = t.routing.place(index + 1, t.routing.actions[name], line);
  const faulty = Object.keys(faults).length > 0;

  function byKeyboard(event: KeyboardEvent) {
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
    event.preventDefault();
    on.move(index, index + (event.key === 'ArrowUp' ? -1 : 1));
  }

  return (
    <li
      ref={setNodeRef}
      className={classes.entry}
      data-dragging={isDragging}
      data-faulty={faulty}
      data-visited={visits > 0}
      style={{ transform: CSS.Translate.toString(transform), transition }}
    >
      <div className={classes.line}>
        <ActionIcon
          ref={setActivatorNodeRef}
          variant="subtle"
          color="gray"
          className={classes.handle}
          {...attributes}
          {...listeners}
          aria-label={t.routing.drag(title)}
        >
          <IconGripVertical size={16} aria-hidden />
        </ActionIcon>
        <Text className={classes.position}>{index + 1}</Text>
        <ThemeIcon size={28} variant="light" color={COLOURS[name]}>
          <Icon size={16} aria-hidden />
        </ThemeIcon>
        <UnstyledButton
          className={classes.summary}
          data-entry={entry.uid}
          aria-expanded={opened}
          onClick={() => on.toggle(entry.uid)}
          onKeyDown={byKeyboard}
        >
          <Text span size="sm" fw={600} mr={8}>
            {t.routing.actions[name]}
          </Text>
          <Text span size="sm" c="dimmed">
            {line}
          </Text>
        </UnstyledButton>
        {entry.action.interval && (
          <Tooltip label={t.routing.only(names.interval(entry.action.interval))}>
            <Badge variant="light" color="gray" tt="none" leftSection={<IconClock size={12} aria-hidden />}>
              {names.interval(entry.action.interval)}
            </Badge>
          </Tooltip>
        )}
        {visits > 0 && (
          <Badge variant="light" tt="none">
            {t.routing.visited(visits)}
          </Badge>
        )}
        <EntryMenu index={index} last={entries.length - 1} uid={entry.uid} title={title} on={on} />
        <IconChevronDown size={16} className={classes.chevron} data-opened={opened} aria-hidden />
      </div>
      <Collapse expanded={opened}>
        {opened && (
          <div className={classes.fields}>
            <ActionFields
              entry={entry}
              entries={entries}
              faults={faults}
              onChange={action => on.change(entry.uid, action)}
            />
          </div>
        )}
      </Collapse>
    </li>
  );
}

interface MenuProps {
  index: number;
  last: number;
  uid: string;
  title: string;
  on: EntryHandlers;
}

function EntryMenu({ index, last, uid, title, on }: MenuProps) {
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={common.table.rowMenu(title)}>
          <IconDots size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconArrowUp size={16} aria-hidden />}
          rightSection={<Shortcut keys="Alt ↑" />}
          disabled={index === 0}
          onClick={() => on.move(index, index - 1)}
        >
          {t.routing.up}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconArrowDown size={16} aria-hidden />}
          rightSection={<Shortcut keys="Alt ↓" />}
          disabled={index === last}
          onClick={() => on.move(index, index + 1)}
        >
          {t.routing.down}
        </Menu.Item>
        <Menu.Item leftSection={<IconRowInsertTop size={16} aria-hidden />} onClick={() => on.insertAt(index)}>
          {t.routing.insertAbove}
        </Menu.Item>
        <Menu.Item leftSection={<IconCopy size={16} aria-hidden />} onClick={() => on.duplicate(index)}>
          {t.routing.duplicate}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item color="red" leftSection={<IconTrash size={16} aria-hidden />} onClick={() => on.remove(uid)}>
          {common.action.delete}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function Shortcut({ keys }: { keys: string }) {
  return (
    <Text span size="xs" c="dimmed">
      {keys}
    </Text>
  );
}

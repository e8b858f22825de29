import {
  closestCenter,
  DndContext,
  type DragEndEvent,
  KeyboardSensor,
  PointerSensor,
  useSensor,
  useSensors,
} from '@dnd-kit/core';
import { SortableContext, sortableKeyboardCoordinates, verticalListSortingStrategy } from '@dnd-kit/sortable';
import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import classesOfAccount from '@/admin/accounts/Account.module.css';
import { AddAction } from '@/admin/accounts/routing/AddAction';
import {
  type ActionName,
  actionsOf,
  adopted,
  asEntries,
  inserted,
  moved,
  newAction,
  replaced,
  same,
  without,
} from '@/admin/accounts/routing/actions';
import { announcements } from '@/admin/accounts/routing/announcements';
import { DryRun } from '@/admin/accounts/routing/DryRun';
import { EntryCard, type EntryHandlers } from '@/admin/accounts/routing/EntryCard';
import { entryFaults, faultsOf } from '@/admin/accounts/routing/faults';
import classes from '@/admin/accounts/routing/Routing.module.css';
import { useRoutingNames } from '@/admin/accounts/routing/words';
import type { SectionProps } from '@/admin/accounts/SectionForm';
import { useLeaving } from '@/admin/accounts/useLeaving';
import { patch } from '@/api/configuration';
import { problemOf } from '@/api/problems';
import { showWarnings } from '@/components/confirmDelete';
import { notifyDone } from '@/components/notify';
import { ProblemAlert } from '@/components/ProblemAlert';
import { t } from '@/texts/admin';
import { t as common } from '@/texts/common';

const NO_VISITS: ReadonlyMap<number, number> = new Map();

/** The list while it is edited: as it was read, as it is now, and which entries are open. */
function useList(account: SectionProps['account']) {
  const [base, setBase] = useState(account);
  const [entries, setEntries] = useState(() => asEntries(account.actions));
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const dirty = !same(actionsOf(entries), base.actions);

  function restore(to: SectionProps['account']) {
    setBase(to);
    setEntries(asEntries(to.actions));
    setOpened(new Set());
  }
  if (!dirty && account.revision > base.revision) {
    setBase(account);
    if (!same(account.actions, base.actions)) restore(account);
  }
  const open = (uid: string) => setOpened(before => new Set(before).add(uid));
  const toggle = (uid: string) =>
    setOpened(before => {
      const after = new Set(before);
      if (!after.delete(uid)) after.add(uid);
      return after;
    });
  return { base, setBase, entries, setEntries, opened, open, toggle, dirty, restore };
}

export default function RoutingSection({ account }: SectionProps) {
  const list = useList(account);
  const { entries, setEntries, dirty } = list;
  const { queues, agents, names } = useRoutingNames();
  const [problem, setProblem] = useState<unknown>(null);
  const [saving, setSaving] = useState(false);
  const [visits, setVisits] = useState(NO_VISITS);
  const faults = problem ? entryFaults(problemOf(problem)) : [];
  useLeaving(dirty);

  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: 4 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  );

  function rearrange(next: typeof entries) {
    setEntries(next);
    setVisits(NO_VISITS);
    setProblem(null);
  }

  function insert(at: number, name: ActionName) {
    const first = { queue: queues.choices[0]?.value ?? '', agent: agents.choices[0]?.value ?? '' };
    const added = inserted(entries, at, newAction(name, first));
    rearrange(added.entries);
    list.open(added.uid);
  }

  const on: EntryHandlers = {
    toggle: list.toggle,
    change: (uid, action) => rearrange(replaced(entries, uid, action)),
    move: (from, to) => rearrange(moved(entries, from, to)),
    duplicate: index => {
      const action = entries[index]?.action;
      if (action) rearrange(inserted(entries, index + 1, { ...action }).entries);
    },
    insertAt: index => insert(index, 'Noop'),
    remove: uid => rearrange(without(entries, uid)),
  };

  function dropped({ active, over }: DragEndEvent) {
    const place = (id: unknown) => entries.findIndex(entry => entry.uid === id);
    if (over && active.id !== over.id) rearrange(moved(entries, place(active.id), place(over.id)));
  }

  async function save() {
    setSaving(true);
    setProblem(null);
    try {
      const saved = await patch('accounts', account.id, {
        actions: actionsOf(entries),
        revision: list.base.revision,
      });
      list.setBase(saved);
      setEntries(now => (now === entries ? adopted(now, saved.actions) : now));
      notifyDone(common.saved);
      if (saved.warnings.length > 0) showWarnings(saved.warnings);
    } catch (error) {
      setProblem(error);
      for (const { entry } of entryFaults(problemOf(error))) list.open(entries[entry - 1]?.uid ?? '');
    } finally {
      setSaving(false);
    }
  }

  return (
    <div className={classes.columns}>
      <div className={classesOfAccount.section} data-wide>
        <div>
          <Title order={2}>{t.sections.routing}</Title>
          <Text size="sm" c="dimmed">
            {t.routing.description}
          </Text>
        </div>
        <ProblemAlert error={problem} shown={field => faults.some(one => one.path === field)} />
        <DndContext
          sensors={sensors}
          collisionDetection={closestCenter}
          onDragEnd={dropped}
          accessibility={announcements(entries)}
        >
          <SortableContext items={entries.map(entry => entry.uid)} strategy={verticalListSortingStrategy}>
            <ol className={classes.list} aria-label={t.sections.routing}>
              {entries.map((entry, index) => (
                <EntryCard
                  key={entry.uid}
                  entry={entry}
                  index={index}
                  entries={entries}
                  names={names}
                  opened={list.opened.has(entry.uid)}
                  visits={visits.get(index + 1) ?? 0}
                  faults={faultsOf(faults, index + 1)}
                  on={on}
                />
              ))}
            </ol>
          </SortableContext>
        </DndContext>
        {entries.length === 0 && <Text c="dimmed">{t.routing.empty}</Text>}
        <Group>
          <AddAction onAdd={name => insert(entries.length, name)} />
        </Group>
        <Group className={classesOfAccount.bar} data-dirty={dirty} justify="flex-end" gap="xs">
          {dirty && (
            <Text size="sm" c="dimmed" mr="auto">
              {t.leaving.unsaved}
            </Text>
          )}
          {dirty && (
            <Button
              variant="default"
              onClick={() => {
                list.restore(account);
                setProblem(null);
              }}
            >
              {t.leaving.discard}
            </Button>
          )}
          <Button loading={saving} disabled={!dirty} onClick={() => void save()}>
            {common.action.save}
          </Button>
        </Group>
      </div>
      <Stack>
        <DryRun account={account} actions={actionsOf(entries)} onVisited={setVisits} onFault={setProblem} />
      </Stack>
    </div>
  );
}

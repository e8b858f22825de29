import { Button, Group, Select, Stack, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useState } from 'react';
import { clicks, type Desk, type Interaction } from '@/agent/desk/queries';
import { notifyDone } from '@/components/notify';
import { ProblemAlert } from '@/components/ProblemAlert';
import { t as common } from '@/texts/common';
import { t } from '@/texts/floor';

const ORDER = { available: 0, pause: 1, offline: 2 } as const;

/** Asks to whom, and gives them these interactions. */
export function assign(interactions: readonly Interaction[], desk: Desk, onDone: () => void = () => undefined): void {
  const [first] = interactions;
  if (!first) return;
  const title =
    interactions.length === 1
      ? t.interactions.assignTitle(first.contact_name || first.contact_key)
      : t.interactions.assignCount(interactions.length);
  const id = modals.open({
    title,
    children: <AssignForm interactions={interactions} desk={desk} close={() => modals.close(id)} onDone={onDone} />,
  });
}

interface Props {
  interactions: readonly Interaction[];
  desk: Desk;
  close: () => void;
  onDone: () => void;
}

function AssignForm({ interactions, desk, close, onDone }: Props) {
  const [agent, setAgent] = useState<string | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const agents = desk.agents.toSorted((one, other) => ORDER[one.state] - ORDER[other.state]);

  async function run(to: string) {
    setBusy(true);
    setProblem(null);
    try {
      for (const { id, owner } of interactions) if (owner !== to) await clicks.assign(id, to);
      notifyDone(t.interactions.assigned(interactions.length));
      onDone();
      close();
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  }

  return (
    <form
      onSubmit={event => {
        event.preventDefault();
        if (agent) void run(agent);
      }}
    >
      <Stack gap="sm">
        <Text size="sm">{t.interactions.assignHint}</Text>
        <ProblemAlert error={problem} />
        <Select
          label={t.interactions.assignTo}
          data-autofocus
          searchable
          required
          data={agents.map(({ id, name, state }) => ({
            value: id,
            label: t.interactions.state_of(name, t.agents.states[state].toLowerCase()),
          }))}
          value={agent}
          onChange={setAgent}
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close}>
            {common.action.cancel}
          </Button>
          <Button type="submit" loading={busy} disabled={!agent}>
            {t.interactions.assignNow}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

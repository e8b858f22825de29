import { Button, Group, Modal, Select, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { clicks, type Interaction, useDesk } from '@/agent/desk/queries';
import { ProblemAlert } from '@/components/ProblemAlert';
import { t } from '@/texts/agent';
import { t as common } from '@/texts/common';

/** A supervisor gives an interaction to somebody. */
export function AssignDialog({
  interaction,
  opened,
  onClose,
}: {
  interaction: Interaction;
  opened: boolean;
  onClose: () => void;
}) {
  return (
    <Modal opened={opened} onClose={onClose} title={t.assign.title}>
      <AssignForm interaction={interaction} onDone={onClose} />
    </Modal>
  );
}

function AssignForm({ interaction, onDone }: { interaction: Interaction; onDone: () => void }) {
  const { data: desk } = useDesk();
  const [agent, setAgent] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (agent) clicks.assign(interaction.id, agent).then(onDone, setError);
  }

  return (
    <form onSubmit={submit}>
      <Stack>
        <ProblemAlert error={error} />
        <Select
          label={t.assign.to}
          placeholder={t.assign.choose}
          searchable
          required
          data-autofocus
          data={(desk?.agents ?? [])
            .filter(one => one.id !== interaction.owner)
            .map(one => ({ value: one.id, label: `${one.name} · ${t.state[one.state]}` }))}
          value={agent}
          onChange={setAgent}
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onDone}>
            {common.action.cancel}
          </Button>
          <Button type="submit" disabled={!agent}>
            {t.assign.submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

import { Button, Group, Modal, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { accountOf, clicks, type Interaction, useDesk } from '@/agent/desk/queries';
import { DispositionField } from '@/agent/dialogs/DispositionField';
import { notifyDone } from '@/components/notify';
import { ProblemAlert } from '@/components/ProblemAlert';
import { t } from '@/texts/agent';
import { t as common } from '@/texts/common';

interface Props {
  interaction: Interaction;
  /** Who closes; null for a supervisor. */
  agent: string | null;
  opened: boolean;
  onClose: () => void;
}

export function CloseDialog({ interaction, agent, opened, onClose }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title={t.close.title}>
      <CloseForm interaction={interaction} agent={agent} onDone={onClose} />
    </Modal>
  );
}

function CloseForm({
  interaction,
  agent,
  onDone,
}: {
  interaction: Interaction;
  agent: string | null;
  onDone: () => void;
}) {
  const { data: desk } = useDesk();
  const [disposition, setDisposition] = useState<string[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const mandatory = accountOf(desk, interaction.account_id)?.disposition_required ?? false;
  // The owner may give it later, in wrap-up; what nobody owns could never get one.
  const laterAllowed = mandatory && agent !== null;

  async function close(given: string[] | null) {
    setBusy(true);
    setError(null);
    try {
      await clicks.close(interaction.id, agent, { disposition: given, seen: interaction.last_inbound });
      if (given || !mandatory) notifyDone(t.actions.closed);
      onDone();
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    if (mandatory && !disposition) setError(null);
    else void close(disposition);
  }

  return (
    <form onSubmit={submit}>
      <Stack>
        <ProblemAlert error={error} />
        <DispositionField
          interaction={interaction}
          value={disposition}
          onChange={setDisposition}
          required={mandatory}
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onDone}>
            {common.action.cancel}
          </Button>
          {laterAllowed && !disposition && (
            <Button variant="light" loading={busy} onClick={() => void close(null)}>
              {t.close.later}
            </Button>
          )}
          <Button type="submit" loading={busy} disabled={mandatory && !disposition}>
            {t.close.submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Asks the owner for the disposition that is still missing. */
export function WrapupForm({ interaction, agent }: { interaction: Interaction; agent: string | null }) {
  const [disposition, setDisposition] = useState<string[] | null>(null);
  const [error, setError] = useState<unknown>(null);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (disposition) clicks.dispose(interaction.id, agent, disposition).catch(setError);
  }

  return (
    <form onSubmit={submit}>
      <Stack gap="xs">
        {t.close.wrapup}
        <ProblemAlert error={error} />
        <Group align="flex-end" gap="xs">
          <div style={{ flex: 1 }}>
            <DispositionField interaction={interaction} value={disposition} onChange={setDisposition} required />
          </div>
          <Button type="submit" disabled={!disposition}>
            {t.close.give}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

import { Button, Group, Modal, Select, Stack, Textarea } from '@mantine/core';
import { IconSparkles } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { accountOf, clicks, type Interaction, useDesk } from '@/agent/desk/queries';
import { api, unwrap } from '@/api/client';
import { notifyDone } from '@/components/notify';
import { ProblemAlert } from '@/components/ProblemAlert';
import { t } from '@/texts/agent';
import { t as common } from '@/texts/common';

interface Props {
  interaction: Interaction;
  agent: string | null;
  opened: boolean;
  onClose: () => void;
}

export function TransferDialog({ interaction, agent, opened, onClose }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title={t.transfer.title}>
      <TransferForm interaction={interaction} agent={agent} onDone={onClose} />
    </Modal>
  );
}

function useTargets(interaction: Interaction) {
  const { data: desk } = useDesk();
  const agents = (desk?.agents ?? [])
    .filter(one => one.id !== interaction.owner)
    .map(one => {
      const away = one.state !== 'available';
      return {
        value: `agent:${one.id}`,
        label: away ? `${one.name} (${t.transfer.unavailable})` : one.name,
        disabled: away,
      };
    })
    .sort((one, other) => Number(one.disabled) - Number(other.disabled));
  const queues = (desk?.queues ?? []).map(one => ({ value: `queue:${one.id}`, label: one.name }));
  return [
    { group: t.transfer.queues, items: queues },
    { group: t.transfer.agents, items: agents },
  ];
}

function TransferForm({
  interaction,
  agent,
  onDone,
}: {
  interaction: Interaction;
  agent: string | null;
  onDone: () => void;
}) {
  const { data: desk } = useDesk();
  const targets = useTargets(interaction);
  const [target, setTarget] = useState<string | null>(null);
  const [note, setNote] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const [summing, setSumming] = useState(false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (!target) return;
    const [kind, id] = [target.slice(0, 5), target.slice(6)];
    setBusy(true);
    setError(null);
    try {
      await clicks.transfer(interaction.id, agent, kind === 'agent' ? { agent: id, note } : { queue: id, note });
      notifyDone(t.actions.transferred);
      onDone();
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  }

  function summarise() {
    setSumming(true);
    const params = { path: { id: interaction.id } };
    unwrap(api.POST('/api/interactions/{id}/ai/summary', { params, body: { occasion: 'transfer' } }))
      .then(({ text }) => setNote(text))
      .catch(setError)
      .finally(() => setSumming(false));
  }

  return (
    <form onSubmit={event => void submit(event)}>
      <Stack>
        <ProblemAlert error={error} />
        <Select
          label={t.transfer.to}
          placeholder={t.transfer.choose}
          searchable
          required
          data-autofocus
          data={targets}
          value={target}
          onChange={setTarget}
          nothingFoundMessage={t.list.noMatch}
        />
        <Textarea
          label={t.transfer.note}
          autosize
          minRows={3}
          maxRows={8}
          maxLength={2000}
          value={note}
          onChange={event => setNote(event.currentTarget.value)}
        />
        <Group justify="flex-end" gap="xs">
          {accountOf(desk, interaction.account_id)?.ai && (
            <Button
              variant="subtle"
              mr="auto"
              loading={summing}
              leftSection={<IconSparkles size={16} aria-hidden />}
              onClick={summarise}
            >
              {t.transfer.summarise}
            </Button>
          )}
          <Button variant="default" onClick={onDone}>
            {common.action.cancel}
          </Button>
          <Button type="submit" loading={busy} disabled={!target}>
            {t.transfer.submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

import { Button, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { newKey } from '@/agent/composer/outbox';
import { accountOf, clicks, useDesk } from '@/agent/desk/queries';
import { TemplateFields } from '@/agent/dialogs/TemplateFields';
import { type Chosen, templateMessage } from '@/agent/dialogs/templateMessage';
import { fieldErrors, problemOf } from '@/api/problems';
import { ProblemAlert } from '@/components/ProblemAlert';
import { t } from '@/texts/agent';
import { t as common } from '@/texts/common';

/** An agent writes first. */
export function StartDialog({ agent, opened, onClose }: { agent: string; opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title={t.start.title}>
      <StartForm agent={agent} onDone={onClose} />
    </Modal>
  );
}

function StartForm({ agent, onDone }: { agent: string; onDone: () => void }) {
  const { data: desk } = useDesk();
  const accounts = desk?.accounts.filter(one => one.starts) ?? [];
  const [account, setAccount] = useState<string | null>(accounts.length === 1 ? (accounts[0]?.id ?? null) : null);
  const [contact, setContact] = useState('');
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const key = useRef(newKey());
  const navigate = useNavigate();
  const template = templateMessage(chosen);
  const faults = error ? fieldErrors(problemOf(error)) : {};

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (!account || !template) return;
    setBusy(true);
    setError(null);
    try {
      const { id } = await clicks.start(account, agent, { contact: contact.trim(), template, key: key.current });
      onDone();
      await navigate(`/inbox/${id}`);
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  }

  if (accounts.length === 0) return <Text>{t.start.noAccount}</Text>;
  return (
    <form onSubmit={event => void submit(event)}>
      <Stack>
        <ProblemAlert error={error} shown={field => field === 'contact'} />
        <Select
          label={t.start.account}
          required
          data={accounts.map(one => ({ value: one.id, label: `${one.key} · ${one.name}` }))}
          value={account}
          onChange={value => {
            setAccount(value);
            setChosen(null);
          }}
        />
        <TextInput
          label={t.start.contact}
          description={t.start.contactHint}
          required
          data-autofocus
          value={contact}
          error={faults.contact}
          onChange={event => setContact(event.currentTarget.value)}
        />
        {account && (
          <TemplateFields
            account={account}
            preferred={accountOf(desk, account)?.recontact_template ?? ''}
            chosen={chosen}
            onChosen={setChosen}
          />
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onDone}>
            {common.action.cancel}
          </Button>
          <Button type="submit" loading={busy} disabled={!template || !contact.trim()}>
            {t.start.submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

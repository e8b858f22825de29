import { Button, Group, Modal, Radio, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { type Contact, contactsChanged } from '@/admin/contacts/contacts';
import { api, unwrap } from '@/api/client';
import { notifyDone } from '@/components/notify';
import { ProblemAlert } from '@/components/ProblemAlert';
import { t } from '@/texts/admin';
import { t as common } from '@/texts/common';

interface Props {
  /** The two that are one person. */
  pair: readonly [Contact, Contact];
  onClose: () => void;
}

export const contactName = (contact: Contact) => contact.name || contact.number || contact.key;

/** Asks which of two is kept, and merges the other one into it. */
export function MergeDialog({ pair, onClose }: Props) {
  const [kept, setKept] = useState(pair[0].id);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);

  async function merge() {
    const other = pair.find(one => one.id !== kept);
    if (!other) return;
    setBusy(true);
    try {
      await unwrap(
        api.POST('/api/contacts/{id}/merge', { params: { path: { id: kept } }, body: { contact: other.id } }),
      );
      await contactsChanged();
      notifyDone(t.contacts.merged);
      onClose();
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  }

  return (
    <Modal opened onClose={onClose} title={t.contacts.mergeTitle}>
      <Stack>
        <ProblemAlert error={problem} />
        <Text size="sm">{t.contacts.mergeHint}</Text>
        <Radio.Group label={t.contacts.kept} value={kept} onChange={setKept}>
          <Stack gap="xs" mt="xs">
            {pair.map(one => (
              <Radio key={one.id} value={one.id} label={contactName(one)} description={one.key} />
            ))}
          </Stack>
        </Radio.Group>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {common.action.cancel}
          </Button>
          <Button loading={busy} onClick={() => void merge()}>
            {t.contacts.merge}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

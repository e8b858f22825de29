import { Button, Group, Modal, Stack } from '@mantine/core';
import { useState } from 'react';
import { CheckList } from '@/admin/accounts/CheckList';
import { useNames } from '@/admin/desk/named';
import { patch, type View } from '@/api/configuration';
import { showWarnings } from '@/components/confirmDelete';
import { notifyDone } from '@/components/notify';
import { ProblemAlert } from '@/components/ProblemAlert';
import { t } from '@/texts/admin';
import { t as common } from '@/texts/common';

export type Association = 'agents' | 'whitelists';

interface Props {
  account: View<'accounts'>;
  what: Association;
  onClose: () => void;
}

/** Which agents, or whitelists, an account has. */
export function AssociateModal({ account, what, onClose }: Props) {
  const { choices } = useNames(what);
  const [chosen, setChosen] = useState<string[]>(account[what]);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);

  async function save() {
    setBusy(true);
    setProblem(null);
    try {
      const saved = await patch('accounts', account.id, { [what]: chosen, revision: account.revision });
      notifyDone(common.saved);
      onClose();
      if (saved.warnings.length > 0) showWarnings(saved.warnings);
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  }

  return (
    <Modal opened onClose={onClose} title={t.accounts.associateTitle[what](account.name)}>
      <Stack>
        <ProblemAlert error={problem} />
        <CheckList
          label={t.field[what]}
          choices={choices}
          chosen={chosen}
          onChange={setChosen}
          empty={t.accounts.nothingTo[what]}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {common.action.cancel}
          </Button>
          <Button loading={busy} onClick={() => void save()}>
            {common.action.save}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

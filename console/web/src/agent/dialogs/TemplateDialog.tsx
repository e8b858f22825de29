import { Button, Group, Modal, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { send } from '@/agent/composer/outbox';
import { accountOf, type Interaction, type StoredMessage, useDesk } from '@/agent/desk/queries';
import { TemplateFields } from '@/agent/dialogs/TemplateFields';
import { type Chosen, templateMessage } from '@/agent/dialogs/templateMessage';
import { t } from '@/texts/agent';
import { t as common } from '@/texts/common';

interface Props {
  interaction: Interaction;
  agent: string;
  opened: boolean;
  onClose: () => void;
  onSent: (message: StoredMessage) => void;
}

export function TemplateDialog(props: Props) {
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={t.template.title}>
      <TemplateForm {...props} />
    </Modal>
  );
}

function TemplateForm({ interaction, agent, onClose, onSent }: Props) {
  const { data: desk } = useDesk();
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const content = templateMessage(chosen);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!content) return;
    void send(interaction.id, agent, { content }, onSent);
    onClose();
  }

  return (
    <form onSubmit={submit}>
      <Stack>
        <TemplateFields
          account={interaction.account_id}
          preferred={accountOf(desk, interaction.account_id)?.recontact_template ?? ''}
          chosen={chosen}
          onChosen={setChosen}
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {common.action.cancel}
          </Button>
          <Button type="submit" disabled={!content}>
            {t.template.send}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

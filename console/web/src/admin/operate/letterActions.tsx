import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useState } from 'react';
import { discard, type Letter, retry } from '@/admin/operate/letters';
import { notifyDone, notifyProblem } from '@/components/notify';
import { t as common } from '@/texts/common';
import { t } from '@/texts/floor';

type Outcome = Awaited<ReturnType<typeof retry>>;

function tell({ done, problem }: Outcome, all: number, words: (count: number) => string): void {
  if (done > 0) notifyDone(done === all ? words(done) : t.letters.some(done, all));
  if (problem) notifyProblem(problem);
}

/** Sends them back where they came from. */
export async function sendBack(letters: readonly Letter[], onDone: () => void = () => undefined): Promise<void> {
  tell(await retry(letters), letters.length, t.letters.retried);
  onDone();
}

/** Asks why, and gives them up. */
export function confirmDiscard(letters: readonly Letter[], onDone: () => void = () => undefined): void {
  const id = modals.open({
    title: t.letters.discardTitle(letters.length),
    children: <DiscardForm letters={letters} close={() => modals.close(id)} onDone={onDone} />,
  });
}

interface Props {
  letters: readonly Letter[];
  close: () => void;
  onDone: () => void;
}

function DiscardForm({ letters, close, onDone }: Props) {
  const [note, setNote] = useState('');
  const [busy, setBusy] = useState(false);

  async function run() {
    setBusy(true);
    tell(await discard(letters, note), letters.length, t.letters.discarded);
    onDone();
    close();
  }

  return (
    <form
      onSubmit={event => {
        event.preventDefault();
        void run();
      }}
    >
      <Stack gap="sm">
        <Text size="sm">{t.letters.discardHint}</Text>
        <TextInput
          label={t.letters.note}
          maxLength={500}
          data-autofocus
          value={note}
          onChange={event => setNote(event.currentTarget.value)}
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close}>
            {common.action.cancel}
          </Button>
          <Button type="submit" color="red" loading={busy}>
            {t.letters.discard}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

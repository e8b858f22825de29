import { Badge, Button, Code, Drawer, Group, Loader, Stack, Switch, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { Facts } from '@/admin/operate/Facts';
import { confirmDiscard, sendBack } from '@/admin/operate/letterActions';
import { isRetryable, type Letter, useLetter } from '@/admin/operate/letters';
import classes from '@/admin/operate/Operate.module.css';
import { stageName } from '@/admin/operate/pipeline';
import { dateAndTime } from '@/agent/desk/time';
import { ProblemAlert } from '@/components/ProblemAlert';
import { t as common } from '@/texts/common';
import { t } from '@/texts/floor';

const INDENT = 2;
const words = t.letters;

/** One dead letter beside the list: what it was, why it failed, and what was done about it. */
export function LetterDrawer({ id, onClose }: { id: string | null; onClose: () => void }) {
  return (
    <Drawer
      opened={id !== null}
      onClose={onClose}
      position="right"
      size="xl"
      title={words.title}
      closeButtonProps={{ 'aria-label': common.action.close }}
    >
      {id && <Content key={id} id={id} />}
    </Drawer>
  );
}

function Content({ id }: { id: string }) {
  const [withText, setWithText] = useState(false);
  const { data: letter, error } = useLetter(id, withText);
  if (!letter) return error ? <ProblemAlert error={error} /> : <Loader />;
  return (
    <Stack gap="md">
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Title order={2}>{letter.reason}</Title>
        <Badge variant="light" tt="none">
          {words.states[letter.state]}
        </Badge>
      </Group>
      {letter.state === 'open' && (
        <Group gap="xs">
          <Button
            disabled={!isRetryable(letter)}
            title={isRetryable(letter) ? undefined : words.atTheDoor}
            onClick={() => void sendBack([letter])}
          >
            {words.retry}
          </Button>
          <Button variant="default" color="red" onClick={() => confirmDiscard([letter])}>
            {words.discard}
          </Button>
        </Group>
      )}
      <Facts
        facts={[
          [words.stage, stageName(letter.stage)],
          [words.at, dateAndTime(letter.at)],
          [words.attempts, String(letter.attempts)],
          [words.retries, letter.retries > 0 ? String(letter.retries) : ''],
          [words.state, record(letter)],
          [words.note, letter.note],
          [words.reference, letter.correlation_id],
        ]}
      />
      <Group justify="space-between">
        <Text fw={600}>{words.body}</Text>
        <Switch
          label={words.withText}
          checked={withText}
          onChange={event => setWithText(event.currentTarget.checked)}
        />
      </Group>
      <Code block className={classes.code ?? ''}>
        {typeof letter.body === 'string' ? letter.body : JSON.stringify(letter.body, null, INDENT)}
      </Code>
      {letter.trace && (
        <>
          <Text fw={600}>{words.trace}</Text>
          <Code block className={classes.code ?? ''}>
            {letter.trace}
          </Code>
        </>
      )}
    </Stack>
  );
}

/** What was done about it last, and by whom. */
function record(letter: Letter): string {
  if (letter.discarded_at) return words.discardedBy(letter.discarded_by, dateAndTime(letter.discarded_at));
  if (letter.retried_at) return words.retriedBy(letter.retried_by, dateAndTime(letter.retried_at));
  return words.states[letter.state];
}

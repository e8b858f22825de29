import { Anchor, Badge, Button, Group, List, Paper, Progress, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import { Differences } from '@/admin/operate/Differences';
import { type Fact, Facts } from '@/admin/operate/Facts';
import { STATE_COLORS } from '@/admin/operate/ReplaysPage';
import {
  countsOf,
  isResumable,
  isUnderWay,
  modeWords,
  progressOf,
  type Replay,
  replays,
  startFor,
  useReplay,
} from '@/admin/operate/replays';
import { count } from '@/admin/operate/sizes';
import { type Desk, useDesk } from '@/agent/desk/queries';
import { dateAndTime } from '@/agent/desk/time';
import { notifyDone, notifyProblem } from '@/components/notify';
import { PageFrame } from '@/components/PageFrame';
import { WholePage } from '@/shell/WholePage';
import { t as common } from '@/texts/common';
import { t } from '@/texts/floor';

const words = t.replays;
const WHOLE = 100;

/** One replay: how far it is, what it counted and did, and ways to stop it and go on. */
export default function ReplayPage() {
  const { replay: id = '' } = useParams();
  const { data: replay, error, refetch } = useReplay(id);
  const { data: desk } = useDesk();
  if (!replay) {
    return error ? <WholePage.Problem error={error} retry={() => void refetch()} /> : <WholePage.Loading />;
  }
  return (
    <PageFrame
      title={modeWords(replay)}
      description={
        <Anchor component={Link} to="/replays" size="sm">
          {words.back}
        </Anchor>
      }
      actions={<Actions replay={replay} />}
    >
      <Stack gap="md">
        <Course replay={replay} />
        <SimpleGrid cols={{ base: 1, md: 3 }} spacing="sm">
          <Counts title={words.counts} counts={countsOf(replay, '')} />
          <Counts title={words.byType} counts={countsOf(replay, 'type:')} />
          <Counts title={words.byOutcome} counts={countsOf(replay, 'outcome:')} />
        </SimpleGrid>
        {replay.mode === 'simulate' && !replay.dry_run && <Differences replay={replay} desk={desk} />}
        <Paper withBorder p="sm">
          <Facts facts={factsOf(replay, desk)} />
        </Paper>
      </Stack>
    </PageFrame>
  );
}

function Actions({ replay }: { replay: Replay }) {
  const navigate = useNavigate();
  const [busy, setBusy] = useState(false);
  const run = (done: string, click: () => Promise<Replay>) => {
    setBusy(true);
    click()
      .then(after => {
        notifyDone(done);
        if (after.id !== replay.id) void navigate(`/replays/${after.id}`);
      })
      .catch(notifyProblem)
      .finally(() => setBusy(false));
  };
  return (
    <>
      {isUnderWay(replay) && replay.state !== 'stopping' && (
        <Button variant="default" loading={busy} onClick={() => run(words.stopped, () => replays.stop(replay.id))}>
          {words.stop}
        </Button>
      )}
      {isResumable(replay) && (
        <Button loading={busy} onClick={() => run(words.resumed, () => replays.resume(replay.id))}>
          {words.resume}
        </Button>
      )}
      {replay.dry_run && replay.state === 'done' && (
        <Button loading={busy} title={words.startHint} onClick={() => run(words.resumed, () => startFor(replay))}>
          {words.startNow(words.modes[replay.mode])}
        </Button>
      )}
    </>
  );
}

/** How far it is, and what holds it up. */
function Course({ replay }: { replay: Replay }) {
  const part = progressOf(replay);
  return (
    <Paper withBorder p="sm">
      <Group justify="space-between" mb="xs">
        <Group gap="xs">
          <Badge variant="light" tt="none" color={STATE_COLORS[replay.state]}>
            {words.states[replay.state]}
          </Badge>
          <Text size="sm" c="dimmed" role="status">
            {replay.position && words.at(dateAndTime(replay.position))}
            {replay.waiting && ` ${words.waitsFor(replay.waiting)}`}
          </Text>
        </Group>
        <Text size="sm">{`${Math.round(part * WHOLE)} %`}</Text>
      </Group>
      <Progress
        value={part * WHOLE}
        size="lg"
        color={STATE_COLORS[replay.state]}
        animated={isUnderWay(replay)}
        aria-label={words.progress}
      />
      {replay.reason && (
        <Text size="sm" c="red" mt="xs">
          {replay.reason}
        </Text>
      )}
      {replay.notes.length > 0 && (
        <List size="sm" mt="xs" aria-label={words.notes}>
          {replay.notes.map(note => (
            <List.Item key={note}>{note}</List.Item>
          ))}
        </List>
      )}
    </Paper>
  );
}

function Counts({ title, counts }: { title: string; counts: [string, number][] }) {
  return (
    <Paper withBorder p="sm" component="section" aria-label={title}>
      <Title order={2} mb="xs">
        {title}
      </Title>
      {counts.length === 0 ? (
        <Text c="dimmed" size="sm">
          {common.table.empty}
        </Text>
      ) : (
        <Facts facts={counts.map(([name, value]): Fact => [name, count(value)])} />
      )}
    </Paper>
  );
}

function factsOf(replay: Replay, desk: Desk | undefined): Fact[] {
  const { filter } = replay;
  const time = (at: string | null | undefined) => (at ? dateAndTime(at) : '');
  const accounts = filter.accounts?.map(id => desk?.accounts.find(one => one.id === id)?.name ?? id) ?? [];
  return [
    [words.created, time(replay.created_at)],
    [words.by, replay.requested_by],
    [words.started, time(replay.started_at)],
    [words.finished, time(replay.finished_at)],
    [words.since, time(filter.since)],
    [words.until, time(filter.until)],
    [words.accounts, accounts.join(', ')],
    [words.contacts, filter.contacts?.join(', ') ?? ''],
    [words.types, filter.types?.map(one => words.typeNames[one] ?? one).join(', ') ?? ''],
    [words.outcomes, filter.outcomes?.map(one => words.outcomeNames[one]).join(', ') ?? ''],
    [words.rate, String(replay.rate)],
  ];
}

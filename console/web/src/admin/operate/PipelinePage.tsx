import { Anchor, Paper, Progress, SimpleGrid, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import classes from '@/admin/operate/Operate.module.css';
import { isUnowned, type Pipeline, useEventLog, usePipeline, useRates } from '@/admin/operate/pipeline';
import { StageCard } from '@/admin/operate/StageCard';
import { age, bytes, count, lagOf } from '@/admin/operate/sizes';
import { dateAndTime, toTheSecond } from '@/agent/desk/time';
import { PageFrame } from '@/components/PageFrame';
import { ProblemAlert } from '@/components/ProblemAlert';
import { WholePage } from '@/shell/WholePage';
import { t as common } from '@/texts/common';
import { t } from '@/texts/floor';

const NO_RATES: readonly number[] = [];
const WHOLE = 100;
const words = t.pipeline;

/** What waits at each stage, how fast it goes, and who works on it. */
export default function PipelinePage() {
  const { data, error, refetch } = usePipeline();
  const rates = useRates(data);
  return (
    <PageFrame title={words.title} description={data && words.description(toTheSecond(data.at), data.partitions)}>
      <ProblemAlert error={error} retry={() => void refetch()} />
      {!data && !error && <WholePage.Loading />}
      {data && (
        <Stack gap="sm">
          <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }} spacing="sm">
            <Ownership pipeline={data} />
            <Letters pipeline={data} />
            <Journals pipeline={data} />
            <EventLog />
          </SimpleGrid>
          {data.stages.map(stage => (
            <StageCard key={stage.stage} stage={stage} rates={rates.get(stage.stage) ?? NO_RATES} />
          ))}
          <Text size="xs" c="dimmed">
            {words.counted}
          </Text>
        </Stack>
      )}
    </PageFrame>
  );
}

function Card({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Paper withBorder p="sm">
      <Text size="sm" c="dimmed">
        {title}
      </Text>
      {children}
    </Paper>
  );
}

function Hint({ children }: { children: ReactNode }) {
  return (
    <Text size="xs" c="dimmed">
      {children}
    </Text>
  );
}

function Ownership({ pipeline }: { pipeline: Pipeline }) {
  const queues = pipeline.stages.flatMap(stage => stage.partitions);
  const unowned = queues.filter(isUnowned).length;
  const instances = new Set(pipeline.stages.flatMap(stage => stage.instances)).size;
  return (
    <Card title={words.instances}>
      <Text className={classes.big ?? ''} c={unowned > 0 ? 'red' : undefined}>
        {unowned > 0 ? words.unowned(unowned) : words.healthy}
      </Text>
      <Hint>{words.instanceCount(instances)}</Hint>
    </Card>
  );
}

function Letters({ pipeline }: { pipeline: Pipeline }) {
  const { open, waiting } = pipeline.dead_letters;
  return (
    <Card title={words.deadLetters}>
      <Anchor component={Link} to="/dead-letters" className={classes.big ?? ''} c={open > 0 ? 'red' : undefined}>
        {open > 0 ? words.openLetters(open) : words.noLetters}
      </Anchor>
      {waiting > 0 && <Hint>{words.arriving(waiting)}</Hint>}
    </Card>
  );
}

function Journals({ pipeline }: { pipeline: Pipeline }) {
  const filled = pipeline.journals.filter(one => one.bytes > 0);
  return (
    <Card title={words.journals}>
      {filled.length === 0 && <Text className={classes.big ?? ''}>{words.journalsEmpty}</Text>}
      {filled.map(one => (
        <div key={one.instance}>
          <Text size="sm">{`${one.instance}: ${words.journalFill(bytes(one.bytes), bytes(one.most_bytes))}`}</Text>
          <Progress
            value={(one.bytes / Math.max(1, one.most_bytes)) * WHOLE}
            color="orange"
            aria-label={words.journalFill(bytes(one.bytes), bytes(one.most_bytes))}
          />
          <Hint>{words.journalAge(lagOf(one.oldest_s))}</Hint>
        </div>
      ))}
      <Hint>{words.journalsHint}</Hint>
    </Card>
  );
}

/** How far back the log goes, and how long it is kept. */
function EventLog() {
  const { data, error } = useEventLog();
  return (
    <Card title={words.logTitle}>
      <ProblemAlert error={data ? null : error} />
      {data && (
        <>
          <Text className={classes.big ?? ''}>{data.oldest_at ? dateAndTime(data.oldest_at) : words.logEmpty}</Text>
          <Hint>
            {words.logSize(bytes(data.bytes), count(data.messages))};{' '}
            {words.logKept(age(data.max_age), bytes(data.max_bytes))}
          </Hint>
          <Anchor component={Link} to="/replays" size="xs">
            {common.navigation.replays}
          </Anchor>
        </>
      )}
    </Card>
  );
}

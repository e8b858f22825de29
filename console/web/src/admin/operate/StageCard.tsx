import { Box, Button, Collapse, Group, Paper, Text, Title, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconChevronUp } from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import classes from '@/admin/operate/Operate.module.css';
import { isUnowned, ownerWords, type Partition, type Stage, stageName } from '@/admin/operate/pipeline';
import { count, lagOf, perSecond } from '@/admin/operate/sizes';
import type { Column } from '@/components/table/columns';
import { DataTable } from '@/components/table/DataTable';
import { t } from '@/texts/floor';

const Spark = lazy(() => import('@/admin/operate/Spark'));
const words = t.pipeline;
const MOST_TABLE_PX = 460;
/** One reading is no course. */
const LEAST_RATES = 2;

/** One stage of the way of a message. */
export function StageCard({ stage, rates }: { stage: Stage; rates: readonly number[] }) {
  const [opened, { toggle }] = useDisclosure(false);
  const name = stageName(stage.stage);
  const parted = stage.partitions.length > 1;
  return (
    <Paper withBorder p="sm" component="section" aria-label={name}>
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <div>
          <Title order={2}>{name}</Title>
          <Text size="xs" c="dimmed">
            {stage.instances.length > 0 ? stage.instances.join(', ') : words.anyone}
          </Text>
        </div>
        <Suspense fallback={<div className={classes.spark} />}>
          {rates.length >= LEAST_RATES && <Spark rates={rates} />}
        </Suspense>
      </Group>
      <dl className={classes.figures}>
        <FigureOf label={words.depth} value={count(stage.depth)} />
        <FigureOf label={words.inHand} value={count(stage.in_hand)} />
        <FigureOf label={words.rateIn} value={perSecond(stage.rate_in)} />
        <FigureOf label={words.rateOut} value={perSecond(stage.rate_out)} />
        <FigureOf label={words.lag} value={lagOf(stage.lag_s)} />
        <FigureOf label={words.consumers} value={count(stage.consumers)} />
      </dl>
      {parted && (
        <Box mt="sm">
          <Strip partitions={stage.partitions} label={words.depthOf(name)} />
          <Button
            mt="xs"
            size="compact-sm"
            variant="subtle"
            aria-expanded={opened}
            rightSection={opened ? <IconChevronUp size={16} aria-hidden /> : <IconChevronDown size={16} aria-hidden />}
            onClick={toggle}
          >
            {words.showPartitions}
          </Button>
          <Collapse expanded={opened}>
            <Box mah={MOST_TABLE_PX} mt="xs" display="flex">
              {opened && <PartitionTable stage={stage} name={name} />}
            </Box>
          </Collapse>
        </Box>
      )}
    </Paper>
  );
}

function FigureOf({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function stateOf(partition: Partition): string {
  if (isUnowned(partition)) return 'unowned';
  return partition.depth > 0 ? 'waiting' : 'quiet';
}

/** A cell a partition: its number, or how many wait there. The table below has the same in words. */
function Strip({ partitions, label }: { partitions: readonly Partition[]; label: string }) {
  const sum = partitions.reduce((all, one) => all + one.depth, 0);
  return (
    <div role="img" aria-label={`${label}: ${count(sum)}`} className={classes.strip}>
      {partitions.map(one => (
        <Tooltip
          key={one.queue}
          label={`${one.queue} · ${words.depth} ${count(one.depth)} · ${words.lag} ${lagOf(one.lag_s)} · ${ownerWords(one)}`}
        >
          <span className={classes.cell} data-state={stateOf(one)}>
            {one.depth > 0 ? count(one.depth) : one.partition}
          </span>
        </Tooltip>
      ))}
    </div>
  );
}

function number(id: 'depth' | 'in_hand' | 'consumers', header: string): Column<Partition> {
  return { id, header, value: row => count(row[id]), sort: row => row[id], align: 'right' };
}

const COLUMNS: readonly Column<Partition>[] = [
  { id: 'queue', header: words.partition, value: row => row.queue },
  { id: 'owner', header: words.owner, value: ownerWords, filter: 'text' },
  number('depth', words.depth),
  number('in_hand', words.inHand),
  { id: 'in', header: words.rateIn, value: row => perSecond(row.rate_in), sort: row => row.rate_in, align: 'right' },
  {
    id: 'out',
    header: words.rateOut,
    value: row => perSecond(row.rate_out),
    sort: row => row.rate_out,
    align: 'right',
  },
  { id: 'lag', header: words.lag, value: row => lagOf(row.lag_s), sort: row => row.lag_s ?? -1, align: 'right' },
  number('consumers', words.consumers),
];

function PartitionTable({ stage, name }: { stage: Stage; name: string }) {
  return (
    <DataTable
      id={`partitions-${stage.stage}`}
      label={words.partitionsOf(name)}
      columns={COLUMNS}
      rows={stage.partitions}
      rowId={row => row.queue}
      rowName={row => row.queue}
    />
  );
}

import { Badge, Box, Stack, Title } from '@mantine/core';
import type { Replay } from '@/admin/operate/replays';
import { count } from '@/admin/operate/sizes';
import { type Desk, targetName } from '@/agent/desk/queries';
import { dateAndTime } from '@/agent/desk/time';
import type { Schema } from '@/api/client';
import type { Column } from '@/components/table/columns';
import { DataTable } from '@/components/table/DataTable';
import { t } from '@/texts/floor';

type Difference = Schema<'Difference'>;

const words = t.replays;
const MOST_PX = 480;

/** Where something goes: an agent or a queue by its name; else in the words of the simulation. */
function placeOf(desk: Desk | undefined, target: string): string {
  return /^(queue|agent):/.test(target) ? targetName(desk, target) : target;
}

function columnsOf(desk: Desk | undefined): Column<Difference>[] {
  const examples = (row: Difference) =>
    row.examples.map(one => `${one.contact_key}, ${dateAndTime(one.received_at)}`).join('\n');
  return [
    {
      id: 'account',
      header: t.account,
      value: row => desk?.accounts.find(one => one.id === row.account_id)?.name ?? row.account_id,
    },
    { id: 'before', header: words.before, value: row => placeOf(desk, row.before) },
    { id: 'after', header: words.after, value: row => placeOf(desk, row.after) },
    {
      id: 'change',
      header: words.change,
      value: row => (row.before === row.after ? words.asBefore : words.elsewhere),
      cell: row => (
        <Badge variant="light" tt="none" color={row.before === row.after ? 'gray' : 'orange'}>
          {row.before === row.after ? words.asBefore : words.elsewhere}
        </Badge>
      ),
    },
    { id: 'count', header: words.messages, value: row => count(row.count), sort: row => row.count, align: 'right' },
    {
      id: 'examples',
      header: words.examples,
      value: examples,
      sort: false,
      cell: row => <span style={{ whiteSpace: 'pre-line' }}>{examples(row)}</span>,
    },
  ];
}

/** What a simulation found: how many messages would go elsewhere, from where, and to where. */
export function Differences({ replay, desk }: { replay: Replay; desk: Desk | undefined }) {
  return (
    <Stack gap="xs" component="section" aria-label={words.differences}>
      <Title order={2}>{words.differences}</Title>
      <Box mah={MOST_PX} display="flex">
        <DataTable
          id="differences"
          label={words.differences}
          columns={columnsOf(desk)}
          rows={replay.differences}
          rowId={row => `${row.account_id} ${row.before} ${row.after}`}
          rowName={row => `${row.before} ${row.after}`}
          selection={() => null}
          empty={words.noDifferences}
        />
      </Box>
    </Stack>
  );
}

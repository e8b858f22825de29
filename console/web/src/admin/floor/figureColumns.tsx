/** Columns that queues and accounts share. */
import classes from '@/admin/floor/Floor.module.css';
import { type Figure, share, span } from '@/admin/floor/figures';
import type { Column } from '@/components/table/columns';
import { t } from '@/texts/floor';

const LONG_WAIT_S = 300;

function count(id: keyof Figure, header: string, hidden = false): Column<Figure> {
  return {
    id,
    header,
    value: row => String(row[id]),
    sort: row => row[id] ?? -1,
    align: 'right',
    hidden,
    cell: row => <span className={classes.numeric}>{row[id]}</span>,
  };
}

function measure(
  id: keyof Figure,
  header: string,
  words: (value: number | null) => string,
  options: { hidden?: boolean; alarm?: (value: number) => boolean } = {},
): Column<Figure> {
  return {
    id,
    header,
    value: row => words(row[id]),
    sort: row => row[id] ?? -1,
    align: 'right',
    hidden: options.hidden ?? false,
    cell: row => (
      <span className={options.alarm?.(row[id] ?? 0) ? classes.alarm : classes.numeric}>{words(row[id])}</span>
    ),
  };
}

export const FIGURE_COLUMNS: readonly Column<Figure>[] = [
  count('waiting', t.figure.waiting),
  measure('longest_wait_s', t.figure.longest, span, { alarm: value => value >= LONG_WAIT_S }),
  count('offered', t.figure.offered),
  count('assigned', t.figure.assigned),
  count('unmanaged', t.figure.unmanaged, true),
  count('answered', t.figure.answered),
  measure('answer_rate', t.figure.answerRate, share, { hidden: true }),
  count('abandoned', t.figure.abandoned),
  measure('abandon_rate', t.figure.abandonRate, share, { hidden: true }),
  measure('service_level', t.figure.service, share),
  measure('average_wait_s', t.figure.averageWait, span, { hidden: true }),
  measure('average_handling_s', t.figure.averageHandling, span, { hidden: true }),
  count('closed', t.figure.closed, true),
];

import { Paper, SimpleGrid, Text } from '@mantine/core';
import classes from '@/admin/floor/Floor.module.css';
import { type Figure, share, span } from '@/admin/floor/figures';
import { t } from '@/texts/floor';

interface Tile {
  label: string;
  value: string;
  hint?: string;
  tone?: 'alarm';
}

function tilesOf(figure: Figure, serviceLevel: number): Tile[] {
  const words = t.figure;
  const longest = figure.longest_wait_s;
  return [
    {
      label: words.waiting,
      value: String(figure.waiting),
      hint: longest === null ? words.nobodyWaits : words.longestHint(span(longest)),
    },
    { label: words.offered, value: String(figure.offered) },
    { label: words.assigned, value: String(figure.assigned) },
    {
      label: words.unmanaged,
      value: String(figure.unmanaged),
      ...(figure.unmanaged > 0 ? { tone: 'alarm' as const } : {}),
    },
    { label: words.answered, value: String(figure.answered), hint: words.rate(share(figure.answer_rate)) },
    { label: words.abandoned, value: String(figure.abandoned), hint: words.rate(share(figure.abandon_rate)) },
    { label: words.service, value: share(figure.service_level), hint: words.within(serviceLevel) },
    { label: words.averageWait, value: span(figure.average_wait_s) },
    { label: words.averageHandling, value: span(figure.average_handling_s) },
    { label: words.closed, value: String(figure.closed) },
  ];
}

/** The figures of everything, large enough to be read from afar. */
export function Tiles({ figure, serviceLevel }: { figure: Figure; serviceLevel: number }) {
  return (
    <SimpleGrid component="dl" cols={{ base: 2, xs: 3, md: 5 }} spacing="xs" m={0}>
      {tilesOf(figure, serviceLevel).map(({ label, value, hint, tone }) => (
        <Paper key={label} withBorder p="sm" className={classes.tile ?? ''} data-tone={tone}>
          <Text component="dt" size="sm" c="dimmed">
            {label}
          </Text>
          <dd className={classes.number}>{value}</dd>
          {hint && (
            <Text component="dd" size="xs" c="dimmed" m={0}>
              {hint}
            </Text>
          )}
        </Paper>
      ))}
    </SimpleGrid>
  );
}

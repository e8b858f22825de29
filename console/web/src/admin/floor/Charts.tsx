import '@mantine/charts/styles.css';
import { BarChart } from '@mantine/charts';
import { Center, Paper, SimpleGrid, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { courseOf, standingOf } from '@/admin/floor/charts';
import classes from '@/admin/floor/Floor.module.css';
import type { Figures } from '@/admin/floor/figures';
import { t } from '@/texts/floor';

const HEIGHT_PX = 220;
const MARGIN = { top: 4, right: 8, bottom: 0, left: 0 };
const AXIS_PX = 32;
const NAMES_PX = 110;
const MOST_BAR_PX = 26;

/** The figures as pictures. Its code is heavy, so it is loaded when there is something to draw. */
export default function Charts({ figures }: { figures: Figures }) {
  const standing = standingOf(figures.queues);
  const { answered, abandoned } = figures.total;
  const parts = standing.map(one => `${one.name} ${one.waiting + one.offered + one.assigned}`).join(', ');
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xs">
      <Picture
        title={t.chart.course}
        label={t.chart.courseLabel(answered, abandoned)}
        nothing={answered + abandoned === 0 ? t.chart.nothingYet : null}
      >
        <BarChart
          h={HEIGHT_PX}
          type="stacked"
          data={courseOf(figures)}
          dataKey="at"
          series={[
            { name: 'answered', label: t.figure.answered, color: 'teal.6' },
            { name: 'abandoned', label: t.figure.abandoned, color: 'orange.6' },
          ]}
          withLegend
          tickLine="none"
          maxBarWidth={MOST_BAR_PX}
          yAxisProps={{ allowDecimals: false, width: AXIS_PX }}
          barChartProps={{ margin: MARGIN }}
        />
      </Picture>
      <Picture
        title={t.chart.standing}
        label={t.chart.standingLabel(parts)}
        nothing={standing.length === 0 ? t.chart.nothingOpen : null}
      >
        <BarChart
          h={HEIGHT_PX}
          type="stacked"
          orientation="vertical"
          data={standing}
          dataKey="name"
          series={[
            { name: 'waiting', label: t.figure.waiting, color: 'orange.6' },
            { name: 'offered', label: t.figure.offered, color: 'blue.6' },
            { name: 'assigned', label: t.figure.assigned, color: 'teal.6' },
          ]}
          withLegend
          tickLine="none"
          gridAxis="x"
          maxBarWidth={MOST_BAR_PX}
          xAxisProps={{ allowDecimals: false }}
          yAxisProps={{ width: NAMES_PX }}
          barChartProps={{ margin: MARGIN }}
        />
      </Picture>
    </SimpleGrid>
  );
}

/** A chart with its title. What it shows stands in the tables too, so that screen readers are told only the sum. */
function Picture(props: { title: string; label: string; nothing: string | null; children: ReactNode }) {
  return (
    <Paper withBorder p="sm" className={classes.chart ?? ''}>
      <Title order={2} mb="xs">
        {props.title}
      </Title>
      {props.nothing === null ? (
        <div role="img" aria-label={props.label}>
          <div aria-hidden>{props.children}</div>
        </div>
      ) : (
        <Center h={HEIGHT_PX}>
          <Text c="dimmed">{props.nothing}</Text>
        </Center>
      )}
    </Paper>
  );
}

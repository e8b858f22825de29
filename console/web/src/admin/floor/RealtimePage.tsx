import { Group, NumberInput, SegmentedControl, Skeleton, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { lazy, Suspense, useState } from 'react';
import { AgentsTable } from '@/admin/floor/AgentsTable';
import { AccountTable, QueueTable } from '@/admin/floor/FigureTables';
import { type FigureWindow, useFigures } from '@/admin/floor/figures';
import { Tiles } from '@/admin/floor/Tiles';
import { clock } from '@/agent/desk/time';
import { PageFrame } from '@/components/PageFrame';
import { ProblemAlert } from '@/components/ProblemAlert';
import { WholePage } from '@/shell/WholePage';
import { t as common } from '@/texts/common';
import { t } from '@/texts/floor';

const Charts = lazy(() => import('@/admin/floor/Charts'));
const CHARTS_PX = 275;
const TYPING_MS = 500;
const MOST_SERVICE_LEVEL_S = 86_400;

/** The floor as it is now: what waits, what came to agents and how soon, and what every agent does. */
export default function RealtimePage() {
  const [window, setWindow] = useState<FigureWindow>('today');
  const [level, setLevel] = useState<number | null>(null);
  const [asked] = useDebouncedValue(level, TYPING_MS);
  const { data, error, refetch } = useFigures(window, asked);
  return (
    <PageFrame
      title={common.navigation.realtime}
      description={data && `${t.window.since(clock(data.since))}, ${t.updated(clock(data.at))}`}
      actions={
        <>
          <ServiceLevel value={level ?? data?.service_level_s ?? null} onChange={setLevel} />
          <SegmentedControl
            aria-label={t.window.label}
            value={window}
            onChange={value => setWindow(value as FigureWindow)}
            data={[
              { value: 'today', label: t.window.today },
              { value: 'last_hour', label: t.window.last_hour },
            ]}
          />
        </>
      }
    >
      <ProblemAlert error={data ? null : error} retry={() => void refetch()} />
      {!data && !error && <WholePage.Loading />}
      {data && (
        <Stack gap="md">
          <Tiles figure={data.total} serviceLevel={data.service_level_s} />
          <Suspense fallback={<Skeleton h={CHARTS_PX} />}>
            <Charts figures={data} />
          </Suspense>
          <QueueTable queues={data.queues} />
          <AgentsTable agents={data.agents} />
          <AccountTable accounts={data.accounts} />
        </Stack>
      )}
    </PageFrame>
  );
}

function ServiceLevel({ value, onChange }: { value: number | null; onChange: (value: number | null) => void }) {
  return (
    <Group gap={6} wrap="nowrap">
      <Text size="sm" c="dimmed" aria-hidden>
        {t.serviceLevel.before}
      </Text>
      <NumberInput
        aria-label={t.serviceLevel.label}
        w={90}
        min={1}
        max={MOST_SERVICE_LEVEL_S}
        clampBehavior="strict"
        allowDecimal={false}
        suffix={` ${t.serviceLevel.unit}`}
        value={value ?? ''}
        onChange={given => onChange(typeof given === 'number' && given > 0 ? given : null)}
      />
    </Group>
  );
}

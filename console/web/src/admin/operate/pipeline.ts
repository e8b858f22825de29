/** The pipeline as it stands, and how it stood a moment ago. */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api, type Schema, unwrap } from '@/api/client';
import { keys } from '@/api/queries';
import { t } from '@/texts/floor';

export type Pipeline = Schema<'Pipeline'>;
export type Stage = Schema<'StageFigures'>;
export type Partition = Schema<'PartitionFigures'>;

/** No feed tells of the pipeline: it is looked at. */
const EVERY_MS = 5000;
const LOG_EVERY_MS = 60_000;
const MOST_READINGS = 60;

export function usePipeline() {
  return useQuery({
    queryKey: keys.operations('pipeline'),
    queryFn: () => unwrap(api.GET('/api/pipeline')),
    refetchInterval: EVERY_MS,
  });
}

/** What the event log holds. */
export function useEventLog() {
  return useQuery({
    queryKey: keys.operations('event-log'),
    queryFn: () => unwrap(api.GET('/api/event-log')),
    refetchInterval: LOG_EVERY_MS,
  });
}

/** Rates out of each stage since the page was opened, the newest last. */
export function useRates(pipeline: Pipeline | undefined): ReadonlyMap<string, readonly number[]> {
  const [rates, setRates] = useState<ReadonlyMap<string, readonly number[]>>(new Map());
  useEffect(() => {
    if (!pipeline) return;
    setRates(
      before =>
        new Map(
          pipeline.stages.map(one => [
            one.stage,
            [...(before.get(one.stage) ?? []), one.rate_out].slice(-MOST_READINGS),
          ]),
        ),
    );
  }, [pipeline]);
  return rates;
}

export function stageName(stage: string): string {
  return t.pipeline.stageNames[stage] ?? stage;
}

/** A partition that nobody works on; of a queue that any instance takes from, one without consumers. */
export function isUnowned({ partition, owner, consumers }: Partition): boolean {
  return partition === null ? consumers === 0 : owner === null;
}

export function ownerWords({ partition, owner }: Partition): string {
  return owner ?? (partition === null ? t.pipeline.anyone : t.pipeline.nobody);
}

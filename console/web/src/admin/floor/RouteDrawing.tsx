import { Badge, Group, Text, Timeline, Tooltip } from '@mantine/core';
import {
  IconArrowRight,
  IconBell,
  IconClock,
  IconCornerDownRight,
  IconMessage,
  IconMessageReply,
  IconNote,
  IconRoute,
  IconTag,
  IconUser,
  IconUsers,
  IconWebhook,
  IconX,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import classes from '@/admin/floor/Floor.module.css';
import type { Schema } from '@/api/client';
import { t } from '@/texts/floor';

type TraceEntry = Schema<'TraceEntry'>;
type Icon = ComponentType<{ size?: number | string }>;

const ICONS: Readonly<Record<string, Icon>> = {
  message: IconMessage,
  Queue: IconUsers,
  Agent: IconUser,
  Gotoif: IconCornerDownRight,
  Goto: IconCornerDownRight,
  AutoReply: IconMessageReply,
  Close: IconX,
  Tag: IconTag,
  Webhook: IconWebhook,
  Noop: IconNote,
  offer: IconBell,
  step: IconClock,
};

const GOOD = ['accepted', 'sent', 'opened', 'opened again', 'answered', 'closed', 'tagged'];
const BAD = ['failed', 'missing position', 'deleted', 'unmanaged'];
const WARNING = ['missed', 'rejected', 'timed out', 'skipped'];

function colorOf(outcome: string): string {
  if (GOOD.includes(outcome)) return 'teal';
  if (BAD.includes(outcome)) return 'red';
  if (WARNING.includes(outcome)) return 'orange';
  return outcome === 'jumped' ? 'violet' : 'blue';
}

/** Where a jump has led: to the position of the entry that comes next. */
function jumpOf(entry: TraceEntry, next: TraceEntry | undefined): string | null {
  return entry.outcome === 'jumped' && next && next.position > 0 ? t.trace.jump(String(next.position)) : null;
}

interface Props {
  entries: readonly TraceEntry[];
  /** What stands for the ids in values and of those who clicked, such as `queue:ID` and an agent's. */
  nameOf?: (value: string) => string;
  /** The time of an entry in words; left out where all are of one moment. */
  timeOf?: (at: string) => string;
}

/** A walk of an action list, drawn: each entry with its position, what came of it, and why; jumps with where they led. */
export function RouteDrawing({ entries, nameOf = value => value, timeOf }: Props) {
  return (
    <Timeline bulletSize={26} lineWidth={2} active={entries.length}>
      {entries.map((entry, index) => {
        const Bullet = ICONS[entry.action] ?? IconRoute;
        const jump = jumpOf(entry, entries[index + 1]);
        return (
          <Timeline.Item
            // biome-ignore lint/suspicious/noArrayIndexKey: entries of a trace have nothing else, and never change
            key={index}
            color={colorOf(entry.outcome)}
            lineVariant={jump ? 'dashed' : 'solid'}
            bullet={<Bullet size={14} aria-hidden />}
            title={
              <Group gap={8}>
                <Tooltip label={entry.position ? t.trace.position(entry.position) : t.trace.outside}>
                  <Text span fw={600}>
                    {entry.position ? `${entry.position} ` : ''}
                    {entry.action in ICONS ? entry.action : nameOf(entry.action)}
                  </Text>
                </Tooltip>
                <Badge size="sm" variant="light" tt="none" color={colorOf(entry.outcome)}>
                  {entry.outcome}
                </Badge>
                {jump && (
                  <Group gap={2} c="dimmed">
                    <IconArrowRight size={14} aria-hidden />
                    <Text span size="sm">
                      {jump}
                    </Text>
                  </Group>
                )}
              </Group>
            }
          >
            {entry.value && (
              <Text size="sm" className={classes.value ?? ''}>
                {nameOf(entry.value)}
              </Text>
            )}
            {timeOf && (
              <Text size="xs" c="dimmed">
                {timeOf(entry.at)}
              </Text>
            )}
          </Timeline.Item>
        );
      })}
    </Timeline>
  );
}

import { Button, Loader } from '@mantine/core';
import { IconArrowDown } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useEffectEvent, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { type Pending, sendAgain, usePending } from '@/agent/composer/outbox';
import type { MessageTools } from '@/agent/conversation/MessageBubble';
import { type RowContext, RowView } from '@/agent/conversation/RowView';
import { type Row, rowsOf } from '@/agent/conversation/rows';
import classes from '@/agent/conversation/Timeline.module.css';
import type { useTimeline } from '@/agent/conversation/useTimeline';
import type { InteractionView, StoredMessage } from '@/agent/desk/queries';
import { ProblemAlert } from '@/components/ProblemAlert';
import { t } from '@/texts/agent';

const ROW_PX = 64;
const AT_END_PX = 80;
const NEAR_BEGIN_PX = 600;
/** A row that was measured in this time is still settling: pictures load, fonts come. */
const SETTLING_MS = 120;

interface Props {
  interaction: InteractionView;
  timeline: ReturnType<typeof useTimeline>;
  onReply: ((message: StoredMessage) => void) | null;
  onReact: ((message: StoredMessage, emoji: string) => void) | null;
  agent: string | null;
}

/**
 * The conversation, the newest at the end. It stays at the end when it is there, and where it is when earlier messages
 * come in above; only what is seen is drawn.
 */
export function Timeline({ interaction, timeline, onReply, onReact, agent }: Props) {
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage, merge } = timeline;
  const pending = usePending(interaction.id);
  const rows = useMemo(() => rowsOf(data?.pages ?? [], interaction, pending), [data, interaction, pending]);
  const place = useMemo(() => new Map(rows.map((row, index) => [row.key, index])), [rows]);
  const byProvider = useMemo(() => providerIds(rows), [rows]);
  const scroller = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: index => rows[index]?.key ?? index,
    overscan: 8,
    paddingStart: 12,
    paddingEnd: 12,
    isScrollingResetDelay: SETTLING_MS,
  });
  useKeptPlace(virtual, scroller, rows, place, atEnd);

  const older = useEffectEvent(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  });
  const look = useCallback(() => {
    const element = scroller.current;
    if (!element) return;
    setAtEnd(element.scrollHeight - element.scrollTop - element.clientHeight < AT_END_PX);
    if (element.scrollTop < NEAR_BEGIN_PX) older();
  }, []);
  // A first part that does not fill the window gives no scrolling that would ask for the next one.
  useEffect(() => {
    if (rows.length > 0) look();
  }, [rows.length, look]);

  const toEnd = () => virtual.scrollToIndex(rows.length - 1, { align: 'end' });
  const goTo = useCallback(
    (id: string) => {
      const index = rows.findIndex(row => row.kind === 'message' && row.message.provider_id === id);
      if (index >= 0) virtual.scrollToIndex(index, { align: 'center' });
    },
    [rows, virtual],
  );
  const tools: MessageTools = useMemo(() => ({ reply: onReply, react: onReact, goTo }), [onReply, onReact, goTo]);
  const context: RowContext = {
    interaction,
    tools,
    quoted: message => byProvider.get(message.reply_to ?? message.context?.message_id ?? '') ?? null,
    sendAgain: (one: Pending) => {
      if (agent) void sendAgain(interaction.id, agent, one, sent => merge([sent]));
    },
  };

  if (!data) return <div className={classes.whole}>{error ? <ProblemAlert error={error} /> : <Loader m="xl" />}</div>;
  return (
    <div className={classes.whole}>
      <div
        ref={scroller}
        className={classes.scroller}
        role="log"
        aria-label={t.message.log}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        onScroll={look}
      >
        {isFetchingNextPage && <div className={classes.mark}>{t.message.loadingOlder}</div>}
        <div className={classes.rows} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(item => {
            const row = rows[item.index];
            return (
              row && (
                <div
                  key={item.key}
                  ref={virtual.measureElement}
                  data-index={item.index}
                  className={classes.row}
                  style={{ transform: `translateY(${item.start}px)` }}
                >
                  <RowView row={row} context={context} />
                </div>
              )
            );
          })}
        </div>
      </div>
      {!atEnd && (
        <Button
          className={classes.end ?? ''}
          size="xs"
          radius="xl"
          variant="default"
          leftSection={<IconArrowDown size={14} aria-hidden />}
          onClick={toEnd}
        >
          {t.message.toEnd}
        </Button>
      )}
    </div>
  );
}

function providerIds(rows: readonly Row[]): Map<string, StoredMessage> {
  return new Map(rows.flatMap(row => (row.kind === 'message' ? [[row.message.provider_id, row.message]] : [])));
}

type Virtual = ReturnType<typeof useVirtualizer<HTMLDivElement, Element>>;

/** Keeps the end in view where it was, and what was in view when rows come in above it. */
function useKeptPlace(
  virtual: Virtual,
  scroller: React.RefObject<HTMLDivElement | null>,
  rows: readonly Row[],
  place: ReadonlyMap<string, number>,
  atEnd: boolean,
): void {
  const first = rows[0]?.key;
  const seen = useRef<{ first: string | undefined; key: string; within: number } | null>(null);
  const total = virtual.getTotalSize();

  useLayoutEffect(() => {
    const element = scroller.current;
    const before = seen.current;
    if (!element || rows.length === 0) return;
    if (before === null || atEnd) {
      element.scrollTop = element.scrollHeight;
    } else if (before.first !== first) {
      const index = place.get(before.key);
      const offset = index === undefined ? undefined : virtual.getOffsetForIndex(index, 'start')?.[0];
      if (offset !== undefined) element.scrollTop = offset + before.within;
    }
    // `total` is here because rows that are measured move the end.
    void total;
  }, [rows, first, place, atEnd, total, virtual, scroller]);

  useEffect(() => {
    const top = scroller.current?.scrollTop ?? 0;
    const item = virtual.getVirtualItems().find(one => one.end > top);
    if (item) seen.current = { first, key: String(item.key), within: top - item.start };
  });
}

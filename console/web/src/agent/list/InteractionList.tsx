import {
  ActionIcon,
  Badge,
  Group,
  Loader,
  SegmentedControl,
  Select,
  Switch,
  Text,
  TextInput,
  Tooltip,
} from '@mantine/core';
import { useDebouncedValue, useLocalStorage } from '@mantine/hooks';
import { IconPencilPlus, IconSearch } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useEffectEvent, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { useAgentId, useAgentQueue, useDesk } from '@/agent/desk/queries';
import classes from '@/agent/list/InteractionList.module.css';
import { ItemRow } from '@/agent/list/ItemRow';
import type { Item } from '@/agent/list/items';
import { type ListView, type Narrowing, useItems } from '@/agent/list/useItems';
import { ProblemAlert } from '@/components/ProblemAlert';
import { t } from '@/texts/agent';

const ROW_PX = 80;
const SEARCH_MS = 200;
const NEAR_END = 10;

interface Props {
  chosen: string | undefined;
  onStart: () => void;
  offers: ReactNode;
}

/** What there is to be worked on. */
export function InteractionList({ chosen, onStart, offers }: Props) {
  const agent = useAgentId();
  const [view, setView] = useLocalStorage<ListView>({
    key: 'switchboard.view',
    defaultValue: 'mine',
    getInitialValueInEffect: false,
  });
  const [account, setAccount] = useState('');
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed, SEARCH_MS);
  const [closedToo, setClosedToo] = useState(false);
  const narrowing: Narrowing = { view: agent ? view : view === 'mine' ? 'all' : view, account, search, closedToo };
  const { items, pending, error, hasMore, loadMore } = useItems(narrowing);
  useNeighbours(items, chosen);

  return (
    <section className={classes.list} aria-label={t.list.label}>
      <div className={classes.head}>
        <Views view={narrowing.view} onView={setView} />
        <Group gap={6} wrap="nowrap">
          <TextInput
            type="search"
            flex={1}
            size="xs"
            placeholder={t.list.search}
            aria-label={t.list.search}
            leftSection={<IconSearch size={14} aria-hidden />}
            value={typed}
            onChange={event => setTyped(event.currentTarget.value)}
          />
          {agent && (
            <Tooltip label={t.list.start}>
              <ActionIcon variant="light" size={30} aria-label={t.list.start} onClick={onStart}>
                <IconPencilPlus size={17} aria-hidden />
              </ActionIcon>
            </Tooltip>
          )}
        </Group>
        <AccountFilter account={account} onAccount={setAccount} />
        {narrowing.view === 'all' && (
          <Switch
            size="xs"
            label={t.list.closedToo}
            checked={closedToo}
            onChange={event => setClosedToo(event.currentTarget.checked)}
          />
        )}
      </div>
      {offers && <div className={classes.offers}>{offers}</div>}
      <ProblemAlert error={error} />
      {pending ? (
        <Loader m="xl" mx="auto" aria-label={t.list.label} />
      ) : (
        <Rows items={items} chosen={chosen} hasMore={hasMore} loadMore={loadMore}>
          {search || account ? t.list.noMatch : t.list.empty[narrowing.view]}
        </Rows>
      )}
    </section>
  );
}

function Views({ view, onView }: { view: ListView; onView: (view: ListView) => void }) {
  const { data: entries } = useAgentQueue();
  const agent = useAgentId();
  const unread =
    entries?.filter(entry => entry.kind === 'owned' && (entry.unread > 0 || entry.unread_mark)).length ?? 0;
  const mine = (
    <Group gap={6} justify="center" wrap="nowrap">
      {t.list.views.mine}
      {unread > 0 && (
        <Badge size="xs" circle aria-hidden>
          {unread}
        </Badge>
      )}
    </Group>
  );
  return (
    <SegmentedControl
      fullWidth
      size="xs"
      aria-label={t.list.view}
      value={view}
      onChange={value => onView(value as ListView)}
      data={[
        ...(agent ? [{ value: 'mine', label: mine }] : []),
        { value: 'unassigned', label: t.list.views.unassigned },
        { value: 'all', label: t.list.views.all },
      ]}
    />
  );
}

function AccountFilter({ account, onAccount }: { account: string; onAccount: (account: string) => void }) {
  const { data: desk } = useDesk();
  if (!desk || desk.accounts.length < 2) return null;
  return (
    <Select
      size="xs"
      aria-label={t.list.account}
      placeholder={t.list.allAccounts}
      clearable
      searchable
      clearButtonProps={{ 'aria-label': t.list.allAccounts }}
      value={account || null}
      onChange={value => onAccount(value ?? '')}
      data={desk.accounts.map(one => ({ value: one.id, label: `${one.key} · ${one.name}` }))}
    />
  );
}

interface RowsProps {
  items: Item[];
  chosen: string | undefined;
  hasMore: boolean;
  loadMore: () => void;
  children: ReactNode;
}

function Rows({ items, chosen, hasMore, loadMore, children }: RowsProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: index => items[index]?.id ?? index,
    overscan: 8,
  });
  const rows = virtual.getVirtualItems();
  const atEnd = (rows.at(-1)?.index ?? 0) >= items.length - NEAR_END;
  const more = useEffectEvent(loadMore);
  useEffect(() => {
    if (hasMore && atEnd) more();
  }, [hasMore, atEnd]);
  return (
    <div ref={scroller} className={classes.scroller}>
      {items.length === 0 && (
        <Text c="dimmed" ta="center" size="sm" p="xl">
          {children}
        </Text>
      )}
      <ul className={classes.rows} style={{ height: virtual.getTotalSize() }} aria-label={t.list.label}>
        {rows.map(row => {
          const item = items[row.index];
          return (
            item && (
              <li
                key={row.key}
                className={classes.row}
                style={{ transform: `translateY(${row.start}px)`, height: ROW_PX }}
                aria-setsize={items.length}
                aria-posinset={row.index + 1}
              >
                <ItemRow item={item} chosen={item.id === chosen} />
              </li>
            )
          );
        })}
      </ul>
    </div>
  );
}

/** Alt+↓ and Alt+↑ open the next and the previous one. */
function useNeighbours(items: readonly Item[], chosen: string | undefined): void {
  const navigate = useNavigate();
  const pressed = useEffectEvent((event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!event.altKey || !step) return;
    const place = items.findIndex(item => item.id === chosen);
    const next = place < 0 ? items[0] : items[place + step];
    if (!next) return;
    event.preventDefault();
    void navigate(`/inbox/${next.id}`);
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => pressed(event);
    window.addEventListener('keydown', listener);
    return () => window.removeEventListener('keydown', listener);
  }, []);
}

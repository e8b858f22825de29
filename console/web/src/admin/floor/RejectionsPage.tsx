import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useDesk } from '@/agent/desk/queries';
import { dateAndTime } from '@/agent/desk/time';
import { api, type Schema, unwrap } from '@/api/client';
import { keys } from '@/api/queries';
import { PageFrame } from '@/components/PageFrame';
import { ProblemAlert } from '@/components/ProblemAlert';
import type { Column, Filters } from '@/components/table/columns';
import { DataTable } from '@/components/table/DataTable';
import { t as common } from '@/texts/common';
import { t } from '@/texts/floor';

type Rejection = Schema<'Rejection'>;

const PAGE = 100;
const SELDOM_MS = 30_000;

function useRejections(account: string) {
  return useInfiniteQuery({
    queryKey: keys.operations('rejections', account),
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET('/api/rejections', {
          params: {
            query: {
              limit: PAGE,
              ...(account ? { account } : {}),
              ...(pageParam ? { cursor: pageParam } : {}),
            },
          },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: page => page.cursor,
    refetchInterval: SELDOM_MS,
  });
}

/** Who was not admitted, when and why. */
export default function RejectionsPage() {
  const [filters, setFilters] = useState<Filters>({});
  const { data: desk } = useDesk();
  const account = filters.account ?? '';
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useRejections(account);
  const rows = data?.pages.flatMap(page => page.items) ?? [];
  const columns = useMemo((): Column<Rejection>[] => {
    const name = (id: string) => desk?.accounts.find(one => one.id === id)?.name ?? id;
    return [
      { id: 'contact', header: t.interactions.contactKey, value: row => row.contact_key },
      {
        id: 'account',
        header: t.account,
        value: row => name(row.account_id),
        filter: (desk?.accounts ?? []).map(one => ({ value: one.id, label: one.name })),
      },
      { id: 'reason', header: t.rejections.reason, value: row => row.reason },
      { id: 'at', header: t.rejections.at, value: row => dateAndTime(row.at) },
      { id: 'reference', header: t.rejections.reference, value: row => row.correlation_id, hidden: true },
    ];
  }, [desk]);
  return (
    <PageFrame title={t.rejections.title} description={t.rejections.description} fill>
      <ProblemAlert error={data ? null : error} retry={() => void refetch()} />
      <DataTable
        id="rejections"
        label={t.rejections.label}
        columns={columns}
        rows={rows}
        rowId={row => row.id}
        rowName={row => row.contact_key}
        selection={() => null}
        server={{
          search: '',
          filters,
          onFilters: setFilters,
          sorting: null,
          hasMore: hasNextPage,
          loadMore: () => void fetchNextPage(),
          loadingMore: isFetchingNextPage,
        }}
        empty={data ? t.rejections.empty : common.loading}
      />
    </PageFrame>
  );
}

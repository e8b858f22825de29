import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { api, unwrap, type Schema } from '@/api/client';
import { keys } from '@/api/queries';
import { useNames } from '@/admin/desk/named';
import { PageFrame } from '@/components/PageFrame';
import { ProblemAlert } from '@/components/ProblemAlert';
import type { Column, Filters } from '@/components/table/columns';
import { DataTable } from '@/components/table/DataTable';
import { t } from '@/texts/admin';

type Rejection = Schema<'Rejection'>;

function useRejections(account: string) {
  return useInfiniteQuery({
    queryKey: keys.operations('rejections', account),
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET('/api/rejections', {
          params: {
            query: { limit: 100, ...(account ? { account } : {}), ...(pageParam ? { cursor: pageParam } : {}) },
          },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: page => page.cursor ?? undefined,
  });
}

/** Who was not admitted. */
export default function RejectionsPage() {
  const accounts = useNames('accounts');
  const [filters, setFilters] = useState<Filters>({});
  const rejections = useRejections(filters.account ?? '');
  const rows = useMemo(() => rejections.data?.pages.flatMap(page => page.items) ?? [], [rejections.data]);
  const columns: Column<Rejection>[] = [
    { id: 'at', header: t.rejections.at, value: row => new Date(row.at).toLocaleString(), sort: false },
    { id: 'contact', header: t.rejections.sender, value: row => row.contact_key, sort: false },
    {
      id: 'account',
      header: t.field.account,
      value: row => accounts.nameOf(row.account_id),
      filter: accounts.choices,
      sort: false,
    },
    { id: 'reason', header: t.rejections.reason, value: row => row.reason, sort: false },
  ];
  return (
    <PageFrame title={t.rejections.title} description={t.rejections.description} fill>
      <ProblemAlert error={rejections.error} retry={() => void rejections.refetch()} />
      <DataTable
        id="rejections"
        label={t.rejections.title}
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
          hasMore: rejections.hasNextPage,
          loadMore: () => void rejections.fetchNextPage(),
          loadingMore: rejections.isFetchingNextPage,
        }}
        empty={t.rejections.empty}
      />
    </PageFrame>
  );
}

/** Contacts of a list: read page by page, for there may be millions. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { api, type Schema, unwrap } from '@/api/client';
import { keys, queryClient } from '@/api/queries';

export type Contact = Schema<'Contact'>;
export type ContactSort = 'name' | '-name' | 'number' | '-number';

export interface ContactSearch {
  search: string;
  tag: string;
  sort: ContactSort | null;
}

const PAGE = 100;

export function useContacts(list: string, { search, tag, sort }: ContactSearch) {
  return useInfiniteQuery({
    queryKey: keys.configuration('contacts', list, search, tag, sort),
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET('/api/contacts', {
          params: {
            query: {
              list,
              limit: PAGE,
              ...(search ? { search } : {}),
              ...(tag ? { tag } : {}),
              ...(sort ? { sort } : {}),
              ...(pageParam ? { cursor: pageParam } : {}),
            },
          },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: page => page.cursor ?? undefined,
  });
}

export const contactsChanged = () => queryClient.invalidateQueries({ queryKey: keys.configuration('contacts') });

/** Has the browser save a list as CSV. */
export function exportList(id: string): void {
  const link = document.createElement('a');
  link.href = `/api/lists/${encodeURIComponent(id)}/export`;
  link.download = `${id}.csv`;
  link.click();
}

/** What an attribute says, as text in a form. */
export const attributeText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

/** What was typed as an attribute: JSON where it is some, otherwise the text itself. */
export function attributeValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

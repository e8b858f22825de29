/** What a column of a `DataTable` is. */
import type { ReactNode } from 'react';

export interface Column<Row> {
  id: string;
  header: string;
  /** The value in words: what is searched, filtered, sorted by, exported as CSV, and shown unless there is a `cell`. */
  value: (row: Row) => string;
  /** How it looks, where words alone will not do. */
  cell?: (row: Row) => ReactNode;
  /** What it is sorted by, where that is not `value`. False: not at all. In a table with a `server`: the API's field. */
  sort?: ((row: Row) => string | number) | string | false;
  /** How it is searched by itself: by what it contains, or by one of some values. Left out: not at all. */
  filter?: 'text' | readonly FilterOption[];
  /** Not shown until it is chosen. */
  hidden?: boolean;
  align?: 'left' | 'right';
  /** A CSS width. */
  width?: string;
}

export interface FilterOption {
  value: string;
  label: string;
}

/** What is searched for in single columns, by their ids. */
export type Filters = Readonly<Record<string, string>>;

export interface Sorting {
  column: string;
  descending: boolean;
}

/** Of a list too long to be here as a whole: the API searches, filters and sorts, and more is loaded when asked for. */
export interface ServerSide {
  search: string;
  onSearch?: (search: string) => void;
  filters: Filters;
  onFilters: (filters: Filters) => void;
  sorting: Sorting | null;
  onSorting?: (sorting: Sorting | null) => void;
  hasMore: boolean;
  loadMore: () => void;
  loadingMore: boolean;
}

export interface RowAction<Row> {
  label: string;
  icon?: ReactNode;
  danger?: boolean;
  disabled?: (row: Row) => boolean;
  onClick: (row: Row) => void;
}

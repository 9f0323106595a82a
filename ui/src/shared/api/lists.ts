// Lists of any length, read page by page as they are scrolled.
import { keepPreviousData, type QueryKey, useInfiniteQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";

export const PAGE = 100;

export interface ListPage<Row> {
  rows: Row[];
  total: number;
}

export interface LongList<Row> {
  rows: Row[];
  total: number;
  isPending: boolean;
  error: unknown;
  more: (() => void) | undefined;
  again: () => void;
}

/** A list of which `read` brings the rows from an offset on; `isWanted`: whether it is asked for at all. */
export function useLongList<Row>(
  queryKey: QueryKey,
  read: (offset: number) => Promise<ListPage<Row>>,
  isWanted = true,
): LongList<Row> {
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => read(pageParam),
    initialPageParam: 0,
    getNextPageParam: (last, pages) => {
      const had = pages.reduce((sum, page) => sum + page.rows.length, 0);
      return last.rows.length > 0 && had < last.total ? had : undefined;
    },
    placeholderData: keepPreviousData,
    enabled: isWanted,
  });
  const { hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = query;
  const more = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  const pages = query.data?.pages;
  // The same list for as long as nothing of it changes: tables work out their order from it.
  const rows = useMemo(() => pages?.flatMap((page) => page.rows) ?? [], [pages]);
  return {
    rows,
    total: pages?.at(-1)?.total ?? 0,
    isPending: query.isPending,
    error: query.error,
    more: hasNextPage && !isFetchingNextPage ? more : undefined,
    again: () => void refetch(),
  };
}

// Lists of any length, of which only the pages in sight are asked for, and asked for again when something changes.
import { keepPreviousData, type QueryKey, useQueries, useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";

/** Numbers of the pages that rows from `first` to `last` lie on, and the first page, which knows what is true of all. */
export function pagesOf(first: number, last: number, size: number): number[] {
  const found = [0];
  for (let page = Math.floor(first / size); page <= Math.floor(last / size); page += 1) if (page > 0) found.push(page);
  return found;
}

export function usePages<Page extends { total_entries: number }, Row>(given: {
  queryKey: QueryKey;
  size: number;
  read: (offset: number, limit: number) => Promise<Page>;
  rowsOf: (page: Page) => Row[];
}) {
  const { queryKey, size, read, rowsOf } = given;
  const client = useQueryClient();
  const [range, setRange] = useState<[number, number]>([0, 0]);
  const pages = pagesOf(range[0], range[1], size);
  const results = useQueries({
    queries: pages.map((page) => ({
      queryKey: [...queryKey, page],
      queryFn: () => read(page * size, size),
      ...(page === 0 ? { placeholderData: keepPreviousData } : {}),
    })),
  });
  const first = results[0];
  const total = first?.data?.total_entries ?? 0;
  const rows: (Row | undefined)[] = new Array(total).fill(undefined);
  for (let page = 0; page * size < total; page += 1) {
    const at = pages.indexOf(page);
    const known = at >= 0 ? results[at]?.data : client.getQueryData<Page>([...queryKey, page]);
    if (!known) continue;
    for (const [index, row] of rowsOf(known as Page).entries())
      if (page * size + index < total) rows[page * size + index] = row;
  }
  const onRange = useCallback((from: number, to: number): void => {
    setRange((before) => (before[0] === from && before[1] === to ? before : [from, to]));
  }, []);
  return {
    rows,
    total,
    onRange,
    first: first?.data as Page | undefined,
    isLoading: first?.isPending ?? true,
    isOld: first?.isPlaceholderData ?? false,
    error: results.find((one) => one.error)?.error ?? null,
    retry: () => void client.invalidateQueries({ queryKey }),
  };
}

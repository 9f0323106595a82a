// Lists of any length, of which only the pages in sight are asked for, and asked for again when something changes.
import { keepPreviousData, type QueryKey, useQueries, useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";

/** The numbers of the pages between two of them, and the first page, which knows what is true of all. */
export function pagesOf(from: number, to: number): number[] {
  const found = [0];
  for (let page = Math.max(from, 1); page <= to; page += 1) found.push(page);
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
  const [inSight, setInSight] = useState<[number, number]>([0, 0]);
  const pages = pagesOf(inSight[0], inSight[1]);
  const results = useQueries({
    queries: pages.map((page) => ({
      queryKey: [...queryKey, page],
      queryFn: () => read(page * size, size),
      ...(page === 0 ? { placeholderData: keepPreviousData } : {}),
    })),
  });
  const first = results[0];
  const total = first?.data?.total_entries ?? 0;
  // A list of ten thousand is put together when an answer came, not each time that something is drawn.
  const state = JSON.stringify([queryKey, size, total, results.map((one) => one.dataUpdatedAt), pages]);
  const held = useRef<{ state: string; rows: (Row | undefined)[] }>({ state: "", rows: [] });
  if (held.current.state !== state) {
    const rows: (Row | undefined)[] = new Array(total).fill(undefined);
    for (let page = 0; page * size < total; page += 1) {
      const at = pages.indexOf(page);
      const known = at >= 0 ? results[at]?.data : client.getQueryData<Page>([...queryKey, page]);
      if (!known) continue;
      for (const [index, row] of rowsOf(known as Page).entries())
        if (page * size + index < total) rows[page * size + index] = row;
    }
    held.current = { state, rows };
  }
  const { rows } = held.current;
  const onRange = useCallback(
    (from: number, to: number): void => {
      const wanted: [number, number] = [Math.floor(from / size), Math.floor(to / size)];
      setInSight((before) => (before[0] === wanted[0] && before[1] === wanted[1] ? before : wanted));
    },
    [size],
  );
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

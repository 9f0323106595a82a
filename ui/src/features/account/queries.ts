// What the account page reads.
import { useQuery } from "@tanstack/react-query";
import type { Token } from "@/shared/access/TokenTable";
import { api, data } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { PAGE, useLongList } from "@/shared/api/lists";
import { given } from "@/shared/ui/search-params";

export function useMySessions() {
  return useQuery({ queryKey: keys.admin("sessions"), queryFn: () => data(api.GET("/auth/sessions")) });
}

/** One's own tokens: those that still count, or with those that do not. */
export function useMyTokens(withEnded: boolean) {
  return useLongList<Token>(keys.admin("tokens", "mine", withEnded), async (offset) => {
    const query = given({ limit: PAGE, offset, is_live: withEnded ? undefined : true, order_by: ["-created_at"] });
    const page = await data(api.GET("/auth/tokens", { params: { query } }));
    return { rows: page.tokens, total: page.total_entries };
  });
}

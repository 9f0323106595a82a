// The one cache of what the server said. Changes come by the stream, so nothing is asked again for its age alone.
import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "@/shared/api/client";

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5 * 60_000,
      refetchOnWindowFocus: false,
      retry: (times, error) => times < 3 && !(error instanceof ApiError && error.status < 500),
    },
  },
});

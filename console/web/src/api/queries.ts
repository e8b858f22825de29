/**
 * TanStack Query: one client, and the names under which answers are kept. The first word of a key is what the live feed
 * invalidates, see `live/changes.ts`.
 */
import { QueryClient } from '@tanstack/react-query';
import { problemOf, UNREACHABLE } from '@/api/problems';

const BAD_REQUESTS = { from: 400, below: 500 };
const MOST_RETRIES = 3;

/** Worth another try: nothing answered, or the server could not; what it refused it will refuse again. */
function worthRetrying(count: number, error: Error): boolean {
  const { status } = problemOf(error);
  const refused = status !== UNREACHABLE && status >= BAD_REQUESTS.from && status < BAD_REQUESTS.below;
  return !refused && count < MOST_RETRIES;
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { retry: worthRetrying, staleTime: 30_000, refetchOnWindowFocus: false },
    mutations: { retry: false },
  },
});

/** Keys of queries. Use these, so that the live feed finds what it has to fetch again. */
export const keys = {
  session: ['session'] as const,
  /** Anything that admins configure: `keys.configuration('queues')`. */
  configuration: (...rest: unknown[]) => ['configuration', ...rest] as const,
  agentQueue: (agent: string) => ['agent_queue', agent] as const,
  presence: (agent: string) => ['presence', agent] as const,
  interaction: (id: string) => ['interaction', id] as const,
  /** Lists of interactions, whatever they are filtered by. */
  interactions: (...rest: unknown[]) => ['interactions', ...rest] as const,
  messages: (interaction: string) => ['messages', interaction] as const,
  trace: (interaction: string) => ['trace', interaction] as const,
  /** What a supervisor or operator looks at: figures, pipeline, dead letters, replays. */
  operations: (...rest: unknown[]) => ['operations', ...rest] as const,
};

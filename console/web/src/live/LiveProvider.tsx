import { createContext, type ReactNode, useContext, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { keys, queryClient } from '@/api/queries';
import { apply, applyReset } from '@/live/changes';
import { type Change, type FeedState, LiveFeed } from '@/live/feed';

const Feed = createContext<LiveFeed | null>(null);

function useFeed(): LiveFeed {
  const feed = useContext(Feed);
  if (!feed) throw new Error('the live feed is for pages within LiveProvider');
  return feed;
}

/** Opens the feed, and fetches again what it says has changed. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const [feed] = useState(() => new LiveFeed());
  useEffect(() => {
    const deaf = feed.listen({ changed: apply, reset: applyReset });
    const unwatch = feed.watch(() => {
      // The session has ended: asking who is signed in shows the sign-in page.
      if (feed.state.state === 'refused') void queryClient.invalidateQueries({ queryKey: keys.session });
    });
    feed.start();
    return () => {
      deaf();
      unwatch();
      feed.stop();
    };
  }, [feed]);
  return <Feed value={feed}>{children}</Feed>;
}

/** How the connection stands, and a way not to wait for the next try. */
export function useFeedState(): { feed: FeedState; retry: () => void } {
  const live = useFeed();
  return { feed: useSyncExternalStore(live.watch, () => live.state), retry: live.retryNow };
}

/** Be told of every change, and of a reset. For what queries cannot say; most pages need nothing of it. */
export function useChanges(changed: (change: Change) => void, reset: () => void = () => undefined): void {
  const feed = useFeed();
  const latest = useRef({ changed, reset });
  useEffect(() => {
    latest.current = { changed, reset };
  });
  useEffect(
    () =>
      feed.listen({
        changed: change => latest.current.changed(change),
        reset: () => latest.current.reset(),
      }),
    [feed],
  );
}

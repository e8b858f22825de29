import { useEffect, useEffectEvent, useRef } from 'react';
import { useLocation, useNavigate } from 'react-router';
import { accountOf, clicks, type Entry, useAgentId, useAgentQueue, useDesk } from '@/agent/desk/queries';
import { fill, valuesOf } from '@/agent/desk/variables';
import { withdrawn } from '@/agent/offers/withdrawn';
import { beep, showNotification, TONES, useSound } from '@/agent/state/preferences';
import { notifyNews, notifyProblem } from '@/components/notify';
import { t } from '@/texts/agent';

const AGAIN_MS = 4000;

function nameOf(entry: Entry): string {
  return entry.contact_name || entry.contact_key;
}

/**
 * Tells the agent of new offers and messages by sound and notification, wherever in the client they are, and of offers
 * that are gone; and takes the keys that answer the first offer: Alt+A and Alt+R.
 */
export function AgentAlerts() {
  const { data: entries } = useAgentQueue();
  const { data: desk } = useDesk();
  const [sound] = useSound();
  const before = useRef<Map<string, Entry> | null>(null);
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const offered = entries?.some(entry => entry.kind === 'offer') ?? false;
  useOfferKeys(entries);

  const tell = useEffectEvent((entry: Entry, known: Entry | undefined) => {
    const account = accountOf(desk, entry.account_id);
    const open = () => void navigate(`/inbox/${entry.interaction_id}`);
    const looking = document.hasFocus();
    if (entry.kind === 'offer') {
      if (known?.kind === 'offer' && known.round === entry.round) return;
      if (!looking) showNotification(t.offer.notification(nameOf(entry)), entry.preview, entry.interaction_id, open);
      return;
    }
    if (!known || entry.unread <= known.unread) return;
    const seen = looking && pathname === `/inbox/${entry.interaction_id}`;
    if (sound && account?.notification.sound && !seen) beep(TONES.message);
    if (looking) return;
    const values = valuesOf({
      contactName: entry.contact_name,
      contactKey: entry.contact_key,
      accountKey: entry.account_key,
      accountName: account?.name ?? '',
      interactionId: entry.interaction_id,
    });
    const title = fill(account?.notification.template ?? '', values) || t.message.notification(nameOf(entry));
    showNotification(title, entry.preview, entry.interaction_id, open);
  });

  useEffect(() => {
    if (!entries) return;
    const known = before.current;
    before.current = new Map(entries.map(entry => [entry.interaction_id, entry]));
    // What was there when the page was opened is nothing new.
    if (!known) return;
    for (const entry of entries) tell(entry, known.get(entry.interaction_id));
    for (const gone of withdrawn([...known.values()], entries)) notifyNews(t.offer.withdrawn(nameOf(gone)));
  }, [entries]);

  useEffect(() => {
    if (!offered || !sound) return;
    beep(TONES.offer);
    const timer = setInterval(() => beep(TONES.offer), AGAIN_MS);
    return () => clearInterval(timer);
  }, [offered, sound]);

  const unread = entries?.reduce((sum, entry) => sum + (entry.kind === 'offer' ? 1 : entry.unread), 0) ?? 0;
  useEffect(() => {
    const bare = document.title.replace(/^\(\d+\) /, '');
    document.title = unread > 0 ? `(${unread}) ${bare}` : bare;
  }, [unread]);
  return null;
}

/** Alt+A accepts the offer that ends first, Alt+R rejects it; the physical keys count, whatever the layout types. */
function useOfferKeys(entries: readonly Entry[] | undefined): void {
  const agent = useAgentId();
  const navigate = useNavigate();
  const pressed = useEffectEvent((event: KeyboardEvent) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || !agent) return;
    const first = entries?.find(entry => entry.kind === 'offer');
    if (!first || !['KeyA', 'KeyR'].includes(event.code)) return;
    event.preventDefault();
    if (event.code === 'KeyR') clicks.reject(agent, first.interaction_id).catch(notifyProblem);
    else {
      clicks
        .accept(agent, first.interaction_id)
        .then(() => navigate(`/inbox/${first.interaction_id}`))
        .catch(notifyProblem);
    }
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => pressed(event);
    window.addEventListener('keydown', listener);
    return () => window.removeEventListener('keydown', listener);
  }, []);
}

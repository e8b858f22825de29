import { Badge, Button, Group, Kbd, Paper, Progress, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { agentName, clicks, type Entry, useAgentId, useAgentQueue, useDesk } from '@/agent/desk/queries';
import { duration, useNow } from '@/agent/desk/time';
import { AccountKey } from '@/agent/list/AccountKey';
import { notifyProblem } from '@/components/notify';
import { t } from '@/texts/agent';

const SHOWN = 3;
const WHOLE = 100;

/** What is offered to the agent now, the first to end on top. */
export function OfferCards() {
  const agent = useAgentId();
  const { data: entries } = useAgentQueue();
  const offers = entries?.filter(entry => entry.kind === 'offer') ?? [];
  if (!agent || offers.length === 0) return null;
  return (
    <Stack gap="xs" component="section" aria-label={t.offer.label} aria-live="assertive">
      {offers.slice(0, SHOWN).map((offer, index) => (
        <OfferCard key={offer.id} offer={offer} agent={agent} first={index === 0} />
      ))}
      {offers.length > SHOWN && (
        <Text size="xs" c="dimmed" ta="center">
          {t.offer.more(offers.length - SHOWN)}
        </Text>
      )}
    </Stack>
  );
}

function OfferCard({ offer, agent, first }: { offer: Entry; agent: string; first: boolean }) {
  const { data: desk } = useDesk();
  const [busy, setBusy] = useState<'accept' | 'reject' | null>(null);
  const navigate = useNavigate();
  const name = offer.contact_name || offer.contact_key;

  async function answer(what: 'accept' | 'reject') {
    setBusy(what);
    try {
      await clicks[what](agent, offer.interaction_id);
      if (what === 'accept') await navigate(`/inbox/${offer.interaction_id}`);
    } catch (error) {
      notifyProblem(error);
    } finally {
      setBusy(null);
    }
  }

  return (
    <Paper
      withBorder
      shadow="sm"
      p="sm"
      role="group"
      aria-label={t.offer.title(name)}
      data-offer={offer.interaction_id}
    >
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Text fw={600} truncate>
          {name}
        </Text>
        <AccountKey value={offer.account_key} />
      </Group>
      {offer.transfer && (
        <Text size="sm">
          <Badge size="sm" variant="light" tt="none" mr={6}>
            {t.offer.transferFrom(agentName(desk, offer.transfer.sender))}
          </Badge>
          {offer.transfer.note}
        </Text>
      )}
      <Text size="sm" c="dimmed" lineClamp={2}>
        {offer.preview}
      </Text>
      <Clock offer={offer} />
      <Group grow gap="xs" mt="xs">
        <Button size="xs" loading={busy === 'accept'} disabled={busy !== null} onClick={() => void answer('accept')}>
          {t.offer.accept}
          {first && <Keys letter="A" />}
        </Button>
        <Button
          size="xs"
          variant="default"
          loading={busy === 'reject'}
          disabled={busy !== null}
          onClick={() => void answer('reject')}
        >
          {t.offer.reject}
          {first && <Keys letter="R" />}
        </Button>
      </Group>
    </Paper>
  );
}

function Keys({ letter }: { letter: string }) {
  return (
    <Kbd size="xs" ml={8} visibleFrom="sm" aria-hidden>
      Alt {letter}
    </Kbd>
  );
}

/** How long the offer stands, and how long the customer has waited. */
function Clock({ offer }: { offer: Entry }) {
  const now = useNow();
  const [seenAt] = useState(Date.now);
  if (!offer.offer_ends_at) return null;
  const ends = Date.parse(offer.offer_ends_at);
  const left = Math.max(0, ends - now);
  const share = Math.min(WHOLE, (WHOLE * left) / Math.max(1, ends - seenAt));
  return (
    <>
      <Progress mt={6} size="sm" value={share} color={share < WHOLE / 4 ? 'orange' : 'teal'} aria-hidden />
      <Text size="xs" c="dimmed" mt={2}>
        {t.offer.left(duration(left))}
        {offer.waiting_since && ` · ${t.offer.waiting(duration(now - Date.parse(offer.waiting_since)))}`}
      </Text>
    </>
  );
}

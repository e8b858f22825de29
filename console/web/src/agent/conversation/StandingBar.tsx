import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import classes from '@/agent/conversation/Conversation.module.css';
import { agentName, clicks, type InteractionView, targetName, useDesk } from '@/agent/desk/queries';
import { WrapupForm } from '@/agent/dialogs/CloseDialog';
import { notifyProblem } from '@/components/notify';
import { useMe } from '@/session/session';
import { t } from '@/texts/agent';

/** Stands where one would write, when one may not: says why, and offers what can be done instead. */
export function StandingBar({ interaction }: { interaction: InteractionView }) {
  const { user } = useMe();
  const { data: desk } = useDesk();
  const { id, owner, transfer, state } = interaction;
  const agent = user.agent_id;
  const mine = agent !== null && owner === agent;

  if (agent && interaction.offered_to.includes(agent)) return <Offered id={id} agent={agent} />;
  if (state === 'closed') return <div className={classes.bar}>{t.composer.closed}</div>;
  if (state === 'wrapup' && (mine || user.role !== 'agent')) {
    return (
      <div className={classes.bar}>
        <WrapupForm interaction={interaction} agent={mine ? agent : null} />
      </div>
    );
  }
  if (transfer && (mine || user.role !== 'agent')) {
    return (
      <div className={classes.bar}>
        <span>
          {t.composer.transferring} ({targetName(desk, transfer.target)})
        </span>
        <Click label={t.composer.takeBack} run={() => clicks.takeBack(id, mine ? agent : null)} />
      </div>
    );
  }
  const canTakeOver = agent !== null && user.role !== 'agent' && !mine && state === 'assigned';
  return (
    <div className={classes.bar}>
      {owner ? t.composer.notYours(agentName(desk, owner)) : t.composer.nobodys}
      <Group gap="xs">
        {agent && interaction.unmanaged && <Click label={t.composer.pickUp} run={() => clicks.pickUp(agent, id)} />}
        {canTakeOver && <Click label={t.composer.takeOver} run={() => clicks.takeOver(agent, id)} />}
      </Group>
    </div>
  );
}

function Offered({ id, agent }: { id: string; agent: string }) {
  return (
    <div className={classes.bar}>
      {t.composer.nobodys}
      <Group gap="xs">
        <Click label={t.offer.accept} run={() => clicks.accept(agent, id)} />
        <Click label={t.offer.reject} run={() => clicks.reject(agent, id)} quiet />
      </Group>
    </div>
  );
}

function Click({ label, run, quiet = false }: { label: string; run: () => Promise<unknown>; quiet?: boolean }) {
  const [busy, setBusy] = useState(false);
  const clicked = () => {
    setBusy(true);
    run()
      .catch(notifyProblem)
      .finally(() => setBusy(false));
  };
  return (
    <Button size="xs" variant={quiet ? 'default' : 'filled'} loading={busy} onClick={clicked}>
      {label}
    </Button>
  );
}

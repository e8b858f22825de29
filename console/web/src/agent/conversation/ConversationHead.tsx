import { ActionIcon, Badge, Button, Group, Menu, Text, Title, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconArrowLeft,
  IconArrowsRightLeft,
  IconBookmark,
  IconCircleCheck,
  IconDots,
  IconUserCircle,
  IconUserPlus,
  IconVideo,
} from '@tabler/icons-react';
import { Link } from 'react-router';
import classes from '@/agent/conversation/Conversation.module.css';
import { accountOf, clicks, type InteractionView, useDesk } from '@/agent/desk/queries';
import { AssignDialog } from '@/agent/dialogs/AssignDialog';
import { CloseDialog } from '@/agent/dialogs/CloseDialog';
import { TransferDialog } from '@/agent/dialogs/TransferDialog';
import { AccountKey } from '@/agent/list/AccountKey';
import { notifyDone, notifyProblem } from '@/components/notify';
import { stateWord } from '@/components/StateBadge';
import { useMe } from '@/session/session';
import { t } from '@/texts/agent';

interface Props {
  interaction: InteractionView;
  small: boolean;
  panel: boolean;
  onPanel: () => void;
}

const COLOURS = { assigned: 'teal', closed: 'gray', wrapup: 'orange' } as Partial<
  Record<InteractionView['state'], string>
>;

/** Who it is, how it stands, and what can be done with the whole conversation. */
export function ConversationHead({ interaction, small, panel, onPanel }: Props) {
  const { user } = useMe();
  const name = interaction.contact_name || interaction.contact_key;
  const mine = user.agent_id !== null && interaction.owner === user.agent_id;
  const supervises = user.role !== 'agent';
  const state = stateWord(interaction);
  return (
    <header className={classes.head}>
      {small && (
        <ActionIcon component={Link} to="/inbox" variant="subtle" color="gray" aria-label={t.actions.back}>
          <IconArrowLeft size={20} aria-hidden />
        </ActionIcon>
      )}
      <div className={classes.who}>
        <Title order={1} className={classes.name}>
          {name}
        </Title>
        <Group gap={6} wrap="nowrap">
          <AccountKey value={interaction.account_key} />
          <Badge
            size="sm"
            variant="light"
            tt="none"
            color={COLOURS[interaction.state] ?? 'blue'}
            data-state={interaction.state}
          >
            {state}
          </Badge>
          {name !== interaction.contact_key && (
            <Text size="xs" c="dimmed" truncate visibleFrom="sm">
              {interaction.contact_key}
            </Text>
          )}
        </Group>
      </div>
      {interaction.open && (mine || supervises) && (
        <Actions interaction={interaction} agent={mine ? user.agent_id : null} supervises={supervises} small={small} />
      )}
      <Tooltip label={t.actions.contact}>
        <ActionIcon
          variant={panel ? 'light' : 'subtle'}
          color="gray"
          size="lg"
          aria-label={t.actions.contact}
          aria-pressed={panel}
          onClick={onPanel}
        >
          <IconUserCircle size={20} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </header>
  );
}

interface ActionsProps {
  interaction: InteractionView;
  /** The owner, when it is they who look; null: a supervisor. */
  agent: string | null;
  supervises: boolean;
  small: boolean;
}

function Actions({ interaction, agent, supervises, small }: ActionsProps) {
  const { data: desk } = useDesk();
  const [closing, close] = useDisclosure(false);
  const [transferring, transfer] = useDisclosure(false);
  const [assigning, assign] = useDisclosure(false);
  const account = accountOf(desk, interaction.account_id);
  const owned = interaction.state === 'assigned' && !interaction.transfer;
  const transferable = owned && account?.transfers === true && interaction.message_count > 0;
  return (
    <Group gap={6} wrap="nowrap">
      {transferable && (
        <Act label={t.actions.transfer} icon={IconArrowsRightLeft} small={small} onClick={transfer.open} />
      )}
      {interaction.state !== 'wrapup' && !interaction.transfer && (
        <Act label={t.actions.close} icon={IconCircleCheck} small={small} onClick={close.open} />
      )}
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t.actions.more}>
            <IconDots size={20} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {owned && (
            <Menu.Item
              leftSection={<IconBookmark size={16} aria-hidden />}
              onClick={() =>
                clicks
                  .unread(interaction.id, agent)
                  .then(() => notifyDone(t.actions.marked))
                  .catch(notifyProblem)
              }
            >
              {t.actions.markUnread}
            </Menu.Item>
          )}
          {owned && agent && account?.video && (
            <Menu.Item
              leftSection={<IconVideo size={16} aria-hidden />}
              onClick={() =>
                clicks
                  .video(interaction.id, agent)
                  .then(() => notifyDone(t.composer.videoStarted))
                  .catch(notifyProblem)
              }
            >
              {t.composer.video}
            </Menu.Item>
          )}
          {supervises && (
            <Menu.Item leftSection={<IconUserPlus size={16} aria-hidden />} onClick={assign.open}>
              {t.actions.assign}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <CloseDialog interaction={interaction} agent={agent} opened={closing} onClose={close.close} />
      <TransferDialog interaction={interaction} agent={agent} opened={transferring} onClose={transfer.close} />
      <AssignDialog interaction={interaction} opened={assigning} onClose={assign.close} />
    </Group>
  );
}

interface ActProps {
  label: string;
  icon: typeof IconArrowsRightLeft;
  small: boolean;
  onClick: () => void;
}

/** A button with words where there is room for them. */
function Act({ label, icon: Icon, small, onClick }: ActProps) {
  if (small) {
    return (
      <ActionIcon variant="default" size="lg" aria-label={label} onClick={onClick}>
        <Icon size={18} aria-hidden />
      </ActionIcon>
    );
  }
  return (
    <Button size="xs" variant="default" leftSection={<Icon size={16} aria-hidden />} onClick={onClick}>
      {label}
    </Button>
  );
}

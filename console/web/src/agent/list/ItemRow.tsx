import { Avatar, Badge, VisuallyHidden } from '@mantine/core';
import { IconAlertTriangle, IconBookmarkFilled } from '@tabler/icons-react';
import { memo } from 'react';
import { NavLink } from 'react-router';
import { shortly } from '@/agent/desk/time';
import { AccountKey } from '@/agent/list/AccountKey';
import classes from '@/agent/list/InteractionList.module.css';
import type { Item } from '@/agent/list/items';
import { t } from '@/texts/agent';

/** One tab of the list: whose words, when, what of it is unread, of which account. */
export const ItemRow = memo(function ItemRow({ item, chosen }: { item: Item; chosen: boolean }) {
  return (
    <NavLink
      to={`/inbox/${item.id}`}
      className={classes.item ?? ''}
      data-unread={item.unread > 0 || item.marked || undefined}
      data-interaction={item.id}
      aria-current={chosen ? 'page' : undefined}
    >
      <Avatar className={classes.avatar ?? ''} name={item.name} color="initials" radius="xl" size={40} aria-hidden />
      <span className={classes.name}>{item.name}</span>
      <span className={classes.time}>{item.at && shortly(item.at)}</span>
      <span className={classes.preview}>{item.preview}</span>
      <span className={classes.marks}>
        <Marks item={item} />
      </span>
      <span className={classes.status}>{item.status}</span>
      <span className={classes.key}>
        <AccountKey value={item.accountKey} />
      </span>
    </NavLink>
  );
});

function Marks({ item }: { item: Item }) {
  return (
    <>
      {item.failed && (
        <>
          <IconAlertTriangle size={16} color="var(--mantine-color-red-7)" aria-hidden />
          <VisuallyHidden>{t.list.failed}</VisuallyHidden>
        </>
      )}
      {item.marked && (
        <>
          <IconBookmarkFilled size={16} color="var(--mantine-color-orange-7)" aria-hidden />
          <VisuallyHidden>{t.list.marked}</VisuallyHidden>
        </>
      )}
      {item.unread > 0 && (
        <>
          <Badge size="sm" circle aria-hidden>
            {item.unread}
          </Badge>
          <VisuallyHidden>{t.list.unread(item.unread)}</VisuallyHidden>
        </>
      )}
    </>
  );
}

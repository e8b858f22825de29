/** What screen readers hear while an entry is moved by keyboard. */
import type { Announcements, ScreenReaderInstructions } from '@dnd-kit/core';
import type { Entry } from '@/admin/accounts/routing/actions';
import { t } from '@/texts/admin';

interface Accessibility {
  announcements: Announcements;
  screenReaderInstructions: ScreenReaderInstructions;
}

export function announcements(entries: readonly Entry[]): Accessibility {
  const place = (id: unknown) => entries.findIndex(entry => entry.uid === id) + 1;
  const { moving } = t.routing;
  return {
    screenReaderInstructions: { draggable: moving.instructions },
    announcements: {
      onDragStart: ({ active }) => moving.started(place(active.id)),
      onDragOver: ({ active, over }) => (over ? moving.over(place(active.id), place(over.id)) : undefined),
      onDragEnd: ({ active, over }) => (over ? moving.ended(place(active.id), place(over.id)) : moving.cancelled),
      onDragCancel: () => moving.cancelled,
    },
  };
}

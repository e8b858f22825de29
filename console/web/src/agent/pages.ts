import { IconInbox } from '@tabler/icons-react';
import { EVERYBODY, type Page } from '@/shell/page';
import { t } from '@/texts/common';

const load = () => import('@/agent/InboxPage');

/** Where agents work. Supervisors and admins look at the same conversations here. */
export const AGENT_PAGES: readonly Page[] = [
  { path: '/inbox', roles: EVERYBODY, load, entry: { section: 'work', label: t.navigation.inbox, icon: IconInbox } },
  { path: '/inbox/:interaction', roles: EVERYBODY, load },
];

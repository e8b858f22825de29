import { IconHistory, IconMailX, IconTopologyStar3 } from '@tabler/icons-react';
import { ADMINS, type Page } from '@/shell/page';
import { t } from '@/texts/common';

const { navigation } = t;

/** What operators look at. */
export const OPERATION_PAGES: readonly Page[] = [
  {
    path: '/pipeline',
    roles: ADMINS,
    load: () => import('@/admin/operate/PipelinePage'),
    entry: { section: 'operations', label: navigation.pipeline, icon: IconTopologyStar3 },
  },
  {
    path: '/dead-letters',
    roles: ADMINS,
    load: () => import('@/admin/operate/DeadLettersPage'),
    entry: { section: 'operations', label: navigation.deadLetters, icon: IconMailX },
  },
  {
    path: '/replays',
    roles: ADMINS,
    load: () => import('@/admin/operate/ReplaysPage'),
    entry: { section: 'operations', label: navigation.replays, icon: IconHistory },
  },
  { path: '/replays/new', roles: ADMINS, load: () => import('@/admin/operate/ReplayFormPage') },
  { path: '/replays/:replay', roles: ADMINS, load: () => import('@/admin/operate/ReplayPage') },
];

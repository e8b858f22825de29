import { IconBan, IconGauge, IconMessages } from '@tabler/icons-react';
import { type Page, SUPERVISORS } from '@/shell/page';
import { t } from '@/texts/common';

const { navigation } = t;
const interactions = () => import('@/admin/floor/InteractionsPage');

/** What supervisors look at. */
export const FLOOR_PAGES: readonly Page[] = [
  {
    path: '/realtime',
    roles: SUPERVISORS,
    load: () => import('@/admin/floor/RealtimePage'),
    entry: { section: 'floor', label: navigation.realtime, icon: IconGauge },
  },
  {
    path: '/interactions',
    roles: SUPERVISORS,
    load: interactions,
    entry: { section: 'floor', label: navigation.interactions, icon: IconMessages },
  },
  { path: '/interactions/:interaction', roles: SUPERVISORS, load: interactions },
  {
    path: '/rejections',
    roles: SUPERVISORS,
    load: () => import('@/admin/floor/RejectionsPage'),
    entry: { section: 'floor', label: navigation.rejections, icon: IconBan },
  },
];

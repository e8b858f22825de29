import {
  IconAddressBook,
  IconBuildingStore,
  IconClockHour4,
  IconDevices,
  IconHeadset,
  IconHistory,
  IconKey,
  IconListCheck,
  IconMessageBolt,
  IconPlayerPause,
  IconStack2,
  IconTags,
  IconTemplate,
  IconUserShield,
  IconUsersGroup,
} from '@tabler/icons-react';
import { ADMINS, EVERYBODY, type Page, SUPERVISORS } from '@/shell/page';
import { t } from '@/texts/common';

const { navigation } = t;
const account = () => import('@/admin/accounts/AccountPage');

/** Where admins set things up. */
export const SETUP_PAGES: readonly Page[] = [
  {
    path: '/accounts',
    roles: ADMINS,
    load: () => import('@/admin/accounts/AccountsPage'),
    entry: { section: 'setup', label: navigation.accounts, icon: IconBuildingStore },
  },
  { path: '/accounts/new', roles: ADMINS, load: () => import('@/admin/accounts/NewAccountPage') },
  { path: '/accounts/:account', roles: ADMINS, load: account },
  { path: '/accounts/:account/:section', roles: ADMINS, load: account },
  {
    path: '/queues',
    roles: ADMINS,
    load: () => import('@/admin/desk/QueuesPage'),
    entry: { section: 'setup', label: navigation.queues, icon: IconStack2 },
  },
  {
    path: '/intervals',
    roles: ADMINS,
    load: () => import('@/admin/desk/IntervalsPage'),
    entry: { section: 'setup', label: navigation.intervals, icon: IconClockHour4 },
  },
  {
    path: '/whitelists',
    roles: ADMINS,
    load: () => import('@/admin/whitelists/WhitelistsPage'),
    entry: { section: 'setup', label: navigation.whitelists, icon: IconListCheck },
  },
  { path: '/whitelists/:whitelist', roles: ADMINS, load: () => import('@/admin/whitelists/WhitelistPage') },
  {
    path: '/templates',
    roles: SUPERVISORS,
    load: () => import('@/admin/templates/TemplatesPage'),
    entry: { section: 'setup', label: navigation.templates, icon: IconTemplate },
  },
  {
    path: '/canned-answers',
    roles: ADMINS,
    load: () => import('@/admin/desk/CannedAnswersPage'),
    entry: { section: 'setup', label: navigation.canned, icon: IconMessageBolt },
  },
  {
    path: '/dispositions',
    roles: ADMINS,
    load: () => import('@/admin/desk/DispositionsPage'),
    entry: { section: 'setup', label: navigation.dispositions, icon: IconTags },
  },
  {
    path: '/pauses',
    roles: ADMINS,
    load: () => import('@/admin/desk/PausesPage'),
    entry: { section: 'setup', label: navigation.pauses, icon: IconPlayerPause },
  },
  {
    path: '/lists',
    roles: ADMINS,
    load: () => import('@/admin/contacts/ListsPage'),
    entry: { section: 'people', label: navigation.lists, icon: IconAddressBook },
  },
  { path: '/lists/:list', roles: ADMINS, load: () => import('@/admin/contacts/ContactsPage') },
  {
    path: '/agents',
    roles: ADMINS,
    load: () => import('@/admin/desk/AgentsPage'),
    entry: { section: 'people', label: navigation.agents, icon: IconHeadset },
  },
  {
    path: '/teams',
    roles: ADMINS,
    load: () => import('@/admin/desk/TeamsPage'),
    entry: { section: 'people', label: navigation.teams, icon: IconUsersGroup },
  },
  {
    path: '/users',
    roles: ADMINS,
    load: () => import('@/admin/users/UsersPage'),
    entry: { section: 'people', label: navigation.users, icon: IconUserShield },
  },
  {
    path: '/tokens',
    roles: ADMINS,
    load: () => import('@/admin/users/TokensPage'),
    entry: { section: 'people', label: navigation.tokens, icon: IconKey },
  },
  {
    path: '/sessions',
    roles: ADMINS,
    load: () => import('@/admin/users/SessionsPage'),
    entry: { section: 'people', label: navigation.sessions, icon: IconDevices },
  },
  {
    path: '/audit',
    roles: ADMINS,
    load: () => import('@/admin/audit/AuditPage'),
    entry: { section: 'operations', label: navigation.audit, icon: IconHistory },
  },
  { path: '/security', roles: EVERYBODY, load: () => import('@/admin/users/SecurityPage') },
];

import { Anchor, Badge, Group } from '@mantine/core';
import {
  IconAdjustments,
  IconListCheck,
  IconMessageBolt,
  IconMessages,
  IconPlugConnected,
  IconRoute,
  IconSettings,
  IconSparkles,
  IconTags,
  IconUsers,
  IconVideo,
} from '@tabler/icons-react';
import { type ComponentType, lazy, Suspense } from 'react';
import { Link, useParams } from 'react-router';
import classes from '@/admin/accounts/Account.module.css';
import { AgentsSection, WhitelistsSection } from '@/admin/accounts/AssociationSections';
import { ConnectionSection } from '@/admin/accounts/ConnectionSection';
import { AdvancedSection, GeneralSection } from '@/admin/accounts/GeneralSections';
import { AiSection, VideoSection } from '@/admin/accounts/IntegrationSections';
import { InteractionsSection } from '@/admin/accounts/InteractionsSection';
import type { SectionProps } from '@/admin/accounts/SectionForm';
import { AnswersSection, DispositionsSection } from '@/admin/accounts/WordSections';
import { useOne } from '@/api/configuration';
import { PageFrame } from '@/components/PageFrame';
import { ProblemAlert } from '@/components/ProblemAlert';
import { WholePage } from '@/shell/WholePage';
import { t } from '@/texts/admin';

const RoutingSection = lazy(() => import('@/admin/accounts/routing/RoutingSection'));

interface Section {
  icon: ComponentType<{ size?: number | string }>;
  Content: ComponentType<SectionProps>;
}

const SECTIONS: Record<keyof typeof t.sections, Section> = {
  general: { icon: IconSettings, Content: GeneralSection },
  connection: { icon: IconPlugConnected, Content: ConnectionSection },
  advanced: { icon: IconAdjustments, Content: AdvancedSection },
  routing: { icon: IconRoute, Content: RoutingSection },
  whitelists: { icon: IconListCheck, Content: WhitelistsSection },
  agents: { icon: IconUsers, Content: AgentsSection },
  dispositions: { icon: IconTags, Content: DispositionsSection },
  answers: { icon: IconMessageBolt, Content: AnswersSection },
  ai: { icon: IconSparkles, Content: AiSection },
  video: { icon: IconVideo, Content: VideoSection },
  interactions: { icon: IconMessages, Content: InteractionsSection },
};

type Name = keyof typeof SECTIONS;
const NAMES = Object.keys(SECTIONS) as Name[];

/** An account with all its settings, a section at a time. */
export default function AccountPage() {
  const { account: id = '', section } = useParams();
  const found = useOne('accounts', id);
  const name = NAMES.find(one => one === section) ?? 'general';
  const { Content } = SECTIONS[name];
  return (
    <PageFrame
      title={found.data?.name ?? ''}
      description={
        <Group gap="xs">
          <Anchor component={Link} to="/accounts" size="sm">
            {t.accounts.all}
          </Anchor>
          {found.data && (
            <>
              <Badge variant="light" tt="none" ff="monospace">
                {found.data.key}
              </Badge>
              {found.data.phone}
            </>
          )}
        </Group>
      }
    >
      <ProblemAlert error={found.error} retry={() => void found.refetch()} />
      {found.isPending && <WholePage.Loading />}
      {found.data && (
        <div className={classes.page}>
          <Sections id={id} />
          <Suspense fallback={<WholePage.Loading />}>
            <Content key={`${id}/${name}`} account={found.data} />
          </Suspense>
        </div>
      )}
    </PageFrame>
  );
}

function Sections({ id }: { id: string }) {
  const { section } = useParams();
  return (
    <nav className={classes.nav} aria-label={t.accounts.sections}>
      {NAMES.map(name => {
        const { icon: Icon } = SECTIONS[name];
        const current = NAMES.some(one => one === section) ? section === name : name === 'general';
        return (
          <Link
            key={name}
            to={`/accounts/${encodeURIComponent(id)}/${name}`}
            className={classes.link ?? ''}
            aria-current={current ? 'page' : undefined}
          >
            <Icon size={16} aria-hidden />
            {t.sections[name]}
          </Link>
        );
      })}
    </nav>
  );
}

import { Badge, Button, Group, Paper, PasswordInput, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { clientName, endSessions, type Session, useSessions } from '@/admin/users/tokens';
import { api, unwrap } from '@/api/client';
import { confirmDelete } from '@/components/confirmDelete';
import { PageFrame } from '@/components/PageFrame';
import { ProblemAlert } from '@/components/ProblemAlert';
import { ResourceFormFrame, useResourceForm } from '@/components/useResourceForm';
import { useMe } from '@/session/session';
import { t } from '@/texts/admin';
import { t as common } from '@/texts/common';

/** One's own password, and where one is signed in. */
export default function SecurityPage() {
  return (
    <PageFrame title={common.shell.changePassword}>
      <SimpleGrid cols={{ base: 1, md: 2 }} maw={960}>
        <Paper withBorder p="md">
          <Title order={2} mb="sm">
            {t.security.password}
          </Title>
          <PasswordForm />
        </Paper>
        <Paper withBorder p="md">
          <Title order={2} mb="sm">
            {t.security.sessions}
          </Title>
          <OwnSessions />
        </Paper>
      </SimpleGrid>
    </PageFrame>
  );
}

interface Values {
  old: string;
  new: string;
  again: string;
}

function PasswordForm() {
  const of = useResourceForm<Values, unknown>({
    initialValues: { old: '', new: '', again: '' },
    validate: { again: (value, values) => (value === values.new ? null : t.security.differs) },
    save: values => unwrap(api.PUT('/api/session/password', { body: { old: values.old, new: values.new } })),
    onSaved: () => of.form.reset(),
  });
  const { form } = of;
  return (
    <ResourceFormFrame of={of} submitLabel={t.security.change} shown={field => field in form.values}>
      <PasswordInput label={t.security.old} required autoComplete="current-password" {...form.getInputProps('old')} />
      <PasswordInput label={t.security.new} required autoComplete="new-password" {...form.getInputProps('new')} />
      <PasswordInput label={t.security.again} required autoComplete="new-password" {...form.getInputProps('again')} />
    </ResourceFormFrame>
  );
}

function OwnSessions() {
  const { user } = useMe();
  const sessions = useSessions(user.id);
  const end = (one: Session) =>
    confirmDelete({
      names: [clientName(one.client)],
      consequence: t.sessions.consequence,
      run: () => endSessions([one.id]),
    });
  return (
    <Stack gap="xs">
      <ProblemAlert error={sessions.error} retry={() => void sessions.refetch()} />
      {sessions.data?.map(one => (
        <Group key={one.id} justify="space-between" wrap="nowrap">
          <div>
            <Group gap={6}>
              <Text size="sm" fw={500}>
                {clientName(one.client)}
              </Text>
              {one.own && (
                <Badge size="xs" variant="light" tt="none">
                  {t.sessions.own}
                </Badge>
              )}
            </Group>
            <Text size="xs" c="dimmed">
              {t.sessions.line(one.address, new Date(one.seen_at).toLocaleString())}
            </Text>
          </div>
          {!one.own && (
            <Button size="compact-sm" variant="default" onClick={() => end(one)}>
              {t.sessions.end}
            </Button>
          )}
        </Group>
      ))}
    </Stack>
  );
}

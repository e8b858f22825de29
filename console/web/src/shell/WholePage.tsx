import { Button, Center, Loader, Stack, Text, Title } from '@mantine/core';
import { Link, useRouteError } from 'react-router';
import { ProblemAlert } from '@/components/ProblemAlert';
import { t } from '@/texts/common';

function Loading() {
  return (
    <Center h="100%" mih={200} role="status" aria-label={t.loading}>
      <Loader />
    </Center>
  );
}

function Problem({ error, retry }: { error: unknown; retry: () => void }) {
  return (
    <Center h="100%" p="md">
      <ProblemAlert error={error} retry={retry} />
    </Center>
  );
}

function NotFound() {
  return (
    <Center h="100%" p="md">
      <Stack align="center" gap="xs">
        <Title order={1}>{t.page.notFound}</Title>
        <Text c="dimmed">{t.page.notFoundHint}</Text>
        <Button component={Link} to="/" variant="light">
          {t.page.home}
        </Button>
      </Stack>
    </Center>
  );
}

/** Where a page has thrown: a chunk of an older build that is gone, or a fault of ours. */
function Crashed() {
  const error = useRouteError();
  return (
    <Center h="100%" p="md" role="alert">
      <Stack align="center" gap="xs">
        <Title order={1}>{t.page.crashed}</Title>
        <Text c="dimmed">{error instanceof Error ? error.message : String(error)}</Text>
        <Button onClick={() => window.location.reload()}>{t.page.reload}</Button>
      </Stack>
    </Center>
  );
}

/** What stands where a page should be. */
export const WholePage = { Loading, Problem, NotFound, Crashed };

import { Alert, Button, List, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { type ProblemError, problemOf, UNREACHABLE } from '@/api/problems';
import { t } from '@/texts/common';

const SERVER_FAULTS = 500;
const SENTENCES: Record<number, string> = { 403: t.problem.forbidden, 404: t.problem.notFound };

/** What went wrong, in a sentence. */
export function sentenceOf(error: unknown): string {
  const problem = problemOf(error);
  if (problem.status === UNREACHABLE) return t.problem.unreachable;
  return problem.document.detail || SENTENCES[problem.status] || problem.document.title || t.problem.server;
}

/** The reference under which the log has it; worth showing for faults of ours only. */
function referenceOf(problem: ProblemError): string | null {
  const { instance, status } = problem.document;
  return status >= SERVER_FAULTS && instance ? t.problem.reference(instance.replace('urn:correlation:', '')) : null;
}

interface Props {
  error: unknown;
  retry?: () => void;
  /** Fields whose faults are shown where they stand, and need not be repeated here. */
  shown?: (field: string) => boolean;
}

/** What went wrong, with the fields that break a rule unless the form shows them. Nothing when `error` is null. */
export function ProblemAlert({ error, retry, shown = () => false }: Props) {
  if (!error) return null;
  const problem = problemOf(error);
  const fields = problem.document.errors.filter(one => !shown(one.field));
  const reference = referenceOf(problem);
  return (
    <Alert role="alert" color="red" variant="light" icon={<IconAlertTriangle aria-hidden />} title={t.problem.title}>
      <Stack gap="xs" align="flex-start">
        {problem.document.errors.length === 0 || fields.length === 0 ? (
          <Text size="sm">{sentenceOf(error)}</Text>
        ) : null}
        {fields.length > 0 && (
          <List size="sm">
            {fields.map(one => (
              <List.Item key={`${one.field} ${one.rule}`}>
                <b>{one.field}</b>: {one.rule}
                {one.position ? t.problem.position(one.position) : ''}
              </List.Item>
            ))}
          </List>
        )}
        {reference && (
          <Text size="xs" c="dimmed">
            {reference}
          </Text>
        )}
        {retry && (
          <Button size="xs" variant="default" onClick={retry}>
            {t.problem.retry}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

import { ActionIcon, Anchor, Badge, Button, Group, Paper, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import classes from '@/admin/accounts/Account.module.css';
import { type Account, SectionForm, type SectionProps } from '@/admin/accounts/SectionForm';
import { useScopes } from '@/admin/desk/dispositions';
import { TextWithVariables } from '@/admin/desk/TextWithVariables';
import { api, unwrap } from '@/api/client';
import { keys } from '@/api/queries';
import { ProblemAlert } from '@/components/ProblemAlert';
import { t } from '@/texts/admin';
import { t as common } from '@/texts/common';

const MOST = 500;
const answersOf = ({ canned_answers }: Account) => ({ canned_answers: canned_answers.map(one => ({ ...one })) });

/** The account's own canned answers. */
export function AnswersSection({ account }: SectionProps) {
  return (
    <SectionForm
      account={account}
      title={t.sections.answers}
      description={
        <>
          {t.accounts.answersHint}{' '}
          <Anchor component={Link} to="/canned-answers" size="sm">
            {t.canned.all}
          </Anchor>
        </>
      }
      valuesOf={answersOf}
      toInput={values => values}
      shown={field => field.startsWith('canned_answers.')}
    >
      {form => (
        <>
          {form.values.canned_answers.map((answer, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: answers have no ids, and their inputs are controlled
            <Paper key={index} withBorder p="sm">
              <Stack gap="xs">
                <Group align="flex-end" gap="xs" wrap="nowrap">
                  <TextInput
                    flex={1}
                    label={t.canned.key}
                    required
                    leftSection="/"
                    {...form.getInputProps(`canned_answers.${index}.key`)}
                  />
                  <ActionIcon
                    size="lg"
                    variant="subtle"
                    color="red"
                    aria-label={`${common.action.remove}: ${answer.key}`}
                    onClick={() => form.removeListItem('canned_answers', index)}
                  >
                    <IconTrash size={18} aria-hidden />
                  </ActionIcon>
                </Group>
                <TextWithVariables
                  label={t.canned.text}
                  required
                  minRows={2}
                  value={answer.text}
                  error={form.errors[`canned_answers.${index}.text`]}
                  onChange={text => form.setFieldValue(`canned_answers.${index}.text`, text)}
                />
              </Stack>
            </Paper>
          ))}
          <Group>
            <Button
              variant="default"
              leftSection={<IconPlus size={16} aria-hidden />}
              onClick={() => form.insertListItem('canned_answers', { key: '', text: '' })}
            >
              {t.kind.create(t.canned.one)}
            </Button>
          </Group>
        </>
      )}
    </SectionForm>
  );
}

/** The dispositions that interactions of the account can be closed with. */
export function DispositionsSection({ account }: SectionProps) {
  const scopes = useScopes();
  const found = useQuery({
    queryKey: keys.configuration('dispositions', 'of', account.id),
    queryFn: () => unwrap(api.GET('/api/dispositions', { params: { query: { account: account.id, limit: MOST } } })),
  });
  return (
    <div className={classes.section}>
      <Group justify="space-between">
        <Title order={2}>{t.sections.dispositions}</Title>
        <Button
          component={Link}
          to="/dispositions?open=new"
          variant="default"
          leftSection={<IconPlus size={16} aria-hidden />}
        >
          {t.kind.create(t.dispositions.one)}
        </Button>
      </Group>
      <Text size="sm" c="dimmed">
        {t.accounts.dispositionsHint}
      </Text>
      <ProblemAlert error={found.error} retry={() => void found.refetch()} />
      {found.data?.items.length === 0 && <Text c="dimmed">{t.kind.empty(t.dispositions.one)}</Text>}
      {(found.data?.items.length ?? 0) > 0 && (
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t.dispositions.path}</Table.Th>
              <Table.Th>{t.dispositions.scope}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {found.data?.items.map(one => (
              <Table.Tr key={one.id}>
                <Table.Td>
                  <Anchor component={Link} size="sm" to={`/dispositions?open=${encodeURIComponent(one.id)}`}>
                    {one.levels.join(' › ')}
                  </Anchor>
                </Table.Td>
                <Table.Td>
                  <Badge variant="light" tt="none" color={one.scope === 'global' ? 'gray' : 'teal'}>
                    {scopes.nameOf(one.scope, one.scope_id)}
                  </Badge>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </div>
  );
}

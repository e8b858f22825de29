import { Button, Center, Paper, PasswordInput, Stack, TextInput, Title } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { problemOf } from '@/api/problems';
import { ProblemAlert, sentenceOf } from '@/components/ProblemAlert';
import { signIn } from '@/session/session';
import { Brand } from '@/shell/Brand';
import { t } from '@/texts/common';

const UNAUTHORIZED = 401;

export function SignIn() {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await signIn(name.trim(), password);
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  }

  const wrong = error !== null && problemOf(error).status === UNAUTHORIZED;
  return (
    <Center component="main" mih="100%" p="md">
      <Paper withBorder shadow="sm" p="xl" w="100%" maw={380}>
        <form onSubmit={event => void submit(event)}>
          <Stack>
            <Brand />
            <Title order={1}>{t.signIn.title}</Title>
            {error !== null && !wrong && <ProblemAlert error={error} />}
            <TextInput
              label={t.signIn.name}
              name="username"
              autoComplete="username"
              required
              data-autofocus
              autoFocus
              value={name}
              error={wrong}
              onChange={event => setName(event.currentTarget.value)}
            />
            <PasswordInput
              label={t.signIn.password}
              name="password"
              autoComplete="current-password"
              required
              value={password}
              error={wrong && (sentenceOf(error) || t.signIn.refused)}
              onChange={event => setPassword(event.currentTarget.value)}
            />
            <Button type="submit" loading={busy}>
              {t.signIn.submit}
            </Button>
          </Stack>
        </form>
      </Paper>
    </Center>
  );
}

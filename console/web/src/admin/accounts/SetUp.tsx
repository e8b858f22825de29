import { List, Paper, Text, Title } from '@mantine/core';
import { CopyField } from '@/components/CopyField';
import { t } from '@/texts/admin';

type Known = keyof typeof t.setUp.steps;
const known = (type: string): type is Known => type in t.setUp.steps;

/** What Twilio is told besides: try again whatever the failure. It is neither sent nor signed. */
const TWILIO_RETRIES = '#rc=5&rp=all';

interface Props {
  type: string;
  webhookUrl: string;
  /** Secrets that were made up just now, which are shown this once. */
  madeUp?: Readonly<Record<string, string>>;
}

/** What is pasted at the provider, and where. */
export function SetUp({ type, webhookUrl, madeUp = {} }: Props) {
  return (
    <Paper withBorder p="md">
      <Title order={2} mb="xs">
        {t.setUp.title}
      </Title>
      <CopyField
        label={t.setUp.webhook}
        description={t.setUp.webhookHint}
        value={type === 'twilio' ? `${webhookUrl}${TWILIO_RETRIES}` : webhookUrl}
      />
      {Object.entries(madeUp).map(([name, value]) => (
        <CopyField key={name} label={name} description={t.setUp.once} value={value} />
      ))}
      {known(type) && (
        <>
          <Text size="sm" fw={500} mt="md" mb={4}>
            {t.setUp.how}
          </Text>
          <List size="sm" type="ordered" spacing={4}>
            {t.setUp.steps[type].map(step => (
              <List.Item key={step}>{step}</List.Item>
            ))}
          </List>
        </>
      )}
    </Paper>
  );
}

import {
  Anchor,
  Badge,
  Button,
  Drawer,
  FileInput,
  Group,
  Paper,
  Progress,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { IconDownload, IconPlayerPlay, IconUpload } from '@tabler/icons-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { countRecords, type FileImport, type ImportTarget, resume, upload, useImports } from '@/admin/contacts/imports';
import { notifyProblem } from '@/components/notify';
import { ProblemAlert } from '@/components/ProblemAlert';
import { t } from '@/texts/admin';
import { t as common } from '@/texts/common';

interface Props {
  target: ImportTarget;
  title: string;
  /** Which columns a file has. */
  columns: ReactNode;
  opened: boolean;
  onClose: () => void;
  /** Rows were taken. */
  onProgress: () => void;
}

const STATE_COLOURS = { running: 'blue', done: 'teal', failed: 'red', interrupted: 'orange' } as const;

/** Loads a CSV file and shows how far that, and earlier ones, have come. */
export function ImportDrawer({ target, title, columns, opened, onClose, onProgress }: Props) {
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      size="lg"
      title={title}
      closeButtonProps={{ 'aria-label': common.action.close }}
    >
      <Upload target={target} columns={columns} onProgress={onProgress} />
    </Drawer>
  );
}

function Upload({ target, columns, onProgress }: Pick<Props, 'target' | 'columns' | 'onProgress'>) {
  const imports = useImports(target);
  const [file, setFile] = useState<File | null>(null);
  const [region, setRegion] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const [expected, setExpected] = useState<Record<string, number>>({});

  const taken = (imports.data ?? []).reduce((sum, one) => sum + one.created + one.updated, 0);
  const before = useRef(taken);
  useEffect(() => {
    if (taken !== before.current) onProgress();
    before.current = taken;
  }, [taken, onProgress]);

  async function start() {
    if (!file) return;
    setBusy(true);
    setProblem(null);
    try {
      const [records, begun] = await Promise.all([countRecords(file), upload(target, file, region)]);
      setExpected(known => ({ ...known, [begun.id]: records }));
      setFile(null);
      await imports.refetch();
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Stack>
      <Text size="sm">{columns}</Text>
      <ProblemAlert error={problem} />
      <FileInput
        label={t.imports.file}
        placeholder={t.imports.choose}
        accept=".csv,text/csv"
        clearable
        value={file}
        onChange={setFile}
        leftSection={<IconUpload size={16} aria-hidden />}
      />
      <TextInput
        label={t.imports.region}
        description={t.imports.regionHint}
        placeholder="IT"
        maxLength={2}
        w={220}
        value={region}
        onChange={event => setRegion(event.currentTarget.value.toUpperCase())}
      />
      <Group justify="flex-end">
        <Button disabled={!file} loading={busy} onClick={() => void start()}>
          {t.imports.start}
        </Button>
      </Group>
      <ProblemAlert error={imports.error} />
      {(imports.data?.length ?? 0) > 0 && <Text fw={600}>{t.imports.latest}</Text>}
      {imports.data?.map(one => (
        <ImportCard key={one.id} of={one} expected={expected[one.id]} again={() => void imports.refetch()} />
      ))}
    </Stack>
  );
}

interface CardProps {
  of: FileImport;
  expected: number | undefined;
  again: () => void;
}

function ImportCard({ of, expected, again }: CardProps) {
  const running = of.state === 'running';
  const share = expected ? Math.min(100, (of.records / expected) * 100) : 100;
  return (
    <Paper withBorder p="sm" aria-live="polite">
      <Group justify="space-between" gap="xs">
        <Text size="sm">{of.started_at ? new Date(of.started_at).toLocaleString() : ''}</Text>
        <Badge variant="light" tt="none" color={STATE_COLOURS[of.state]}>
          {t.imports.states[of.state]}
        </Badge>
      </Group>
      {running && (
        <Progress my="xs" value={share} animated striped={!expected} aria-label={t.imports.progress(of.read)} />
      )}
      <Text size="sm" c="dimmed">
        {t.imports.counts(of)}
      </Text>
      {of.reason && (
        <Text size="sm" c="red">
          {of.reason}
        </Text>
      )}
      <Group gap="md" mt={4}>
        {of.rejected > 0 && (
          <Anchor
            size="sm"
            href={`/api/imports/${encodeURIComponent(of.id)}/rejected`}
            download={`rejected-${of.id}.csv`}
          >
            <Group gap={4} component="span">
              <IconDownload size={14} aria-hidden />
              {t.imports.rejected(of.rejected)}
            </Group>
          </Anchor>
        )}
        {of.state === 'interrupted' && (
          <Button
            size="compact-xs"
            variant="light"
            leftSection={<IconPlayerPlay size={14} aria-hidden />}
            onClick={() => {
              resume(of.id).then(again).catch(notifyProblem);
            }}
          >
            {t.imports.resume}
          </Button>
        )}
      </Group>
    </Paper>
  );
}

import { FileInput, Loader } from '@mantine/core';
import { useRef, useState } from 'react';
import { PICTURES, upload, VIDEOS } from '@/agent/composer/attachments';
import type { Chosen } from '@/agent/dialogs/templateMessage';
import { problemOf } from '@/api/problems';
import { t } from '@/texts/agent';

type Kind = NonNullable<Chosen['template']['header_media']>;

/** What WhatsApp takes above a template; a document may be anything. */
const ACCEPTED: Record<Kind, string | undefined> = {
  image: PICTURES.join(','),
  video: VIDEOS.join(','),
  document: undefined,
};

/** The file above a template, uploaded as soon as it is chosen. */
export function HeaderFile({ kind, onFile }: { kind: Kind; onFile: (file: Chosen['file']) => void }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const latest = useRef<File | null>(null);

  async function choose(file: File | null) {
    latest.current = file;
    onFile(null);
    setError(null);
    setBusy(file !== null);
    if (!file) return;
    try {
      const id = await upload(file);
      if (latest.current === file) onFile({ id, name: file.name, type: file.type });
    } catch (problem) {
      if (latest.current === file) setError(problem);
    } finally {
      if (latest.current === file) setBusy(false);
    }
  }

  return (
    <FileInput
      label={t.template.file[kind]}
      required
      clearable
      accept={ACCEPTED[kind]}
      rightSection={busy ? <Loader size="xs" /> : undefined}
      error={error ? problemOf(error).message : null}
      onChange={file => void choose(file)}
    />
  );
}

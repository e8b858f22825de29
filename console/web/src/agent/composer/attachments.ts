/** Files that are going to be sent: uploaded as soon as they are chosen. */
import { useCallback, useState } from 'react';
import { newKey } from '@/agent/composer/outbox';
import type { MediaKind } from '@/agent/conversation/MediaView';
import { changingHeaders, type Schema } from '@/api/client';
import { ProblemError } from '@/api/problems';

export interface Attachment {
  key: string;
  file: File;
  /** Where the browser shows it from; null when it is no picture. */
  preview: string | null;
  state: 'uploading' | 'ready' | 'failed';
  id: string | null;
  error: unknown;
}

export const PICTURES = ['image/jpeg', 'image/png'];
export const VIDEOS = ['video/mp4', 'video/3gpp'];

/** What WhatsApp takes a file for: only what it shows as such is not a document. */
export function kindOf(mimeType: string): MediaKind {
  if (PICTURES.includes(mimeType)) return 'image';
  if (VIDEOS.includes(mimeType)) return 'video';
  return mimeType.startsWith('audio/') ? 'audio' : 'document';
}

/** Uploads a file; its id. */
export async function upload(file: File): Promise<string> {
  const form = new FormData();
  form.append('file', file, file.name || 'file');
  let response: Response;
  try {
    response = await fetch('/api/files', {
      method: 'POST',
      body: form,
      headers: changingHeaders(),
      credentials: 'same-origin',
    });
  } catch (error) {
    throw ProblemError.unreachable(error);
  }
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) throw ProblemError.of(body, response);
  return (body as Schema<'FileInfo'>).id;
}

export function useAttachments() {
  const [attachments, setAttachments] = useState<readonly Attachment[]>([]);

  const change = useCallback((key: string, to: Partial<Attachment>) => {
    setAttachments(before => before.map(one => (one.key === key ? { ...one, ...to } : one)));
  }, []);

  const add = useCallback(
    (files: Iterable<File>) => {
      for (const file of files) {
        const key = newKey();
        const preview = PICTURES.includes(file.type) ? URL.createObjectURL(file) : null;
        setAttachments(before => [...before, { key, file, preview, state: 'uploading', id: null, error: null }]);
        upload(file).then(
          id => change(key, { state: 'ready', id }),
          (error: unknown) => change(key, { state: 'failed', error }),
        );
      }
    },
    [change],
  );

  const remove = useCallback((key: string) => {
    setAttachments(before => {
      const gone = before.find(one => one.key === key);
      if (gone?.preview) URL.revokeObjectURL(gone.preview);
      return before.filter(one => one.key !== key);
    });
  }, []);

  const clear = useCallback(() => setAttachments([]), []);
  return { attachments, add, remove, clear };
}

import { ActionIcon, Button, FileButton, Group, SegmentedControl, Text, Textarea, Tooltip } from '@mantine/core';
import { IconPaperclip, IconSend2, IconTemplate, IconX } from '@tabler/icons-react';
import { type ClipboardEvent, type DragEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { AiMenu } from '@/agent/composer/AiMenu';
import { AttachmentTray } from '@/agent/composer/AttachmentTray';
import { kindOf, useAttachments } from '@/agent/composer/attachments';
import { CannedList } from '@/agent/composer/CannedList';
import classes from '@/agent/composer/Composer.module.css';
import { answersFor, type Canned, commandIn } from '@/agent/composer/canned';
import { draftOf, keepDraft } from '@/agent/composer/drafts';
import { EmojiPicker } from '@/agent/composer/EmojiPicker';
import { send } from '@/agent/composer/outbox';
import { WindowClock } from '@/agent/composer/WindowClock';
import { contentOf, summaryOf } from '@/agent/conversation/words';
import {
  accountOf,
  clicks,
  type InteractionView,
  type MessageInput,
  type Note,
  type StoredMessage,
  useDesk,
} from '@/agent/desk/queries';
import { fill, valuesOf } from '@/agent/desk/variables';
import { notifyProblem } from '@/components/notify';
import { t } from '@/texts/agent';

const MOST_CHARACTERS = 4096;
const NEARLY = 300;
const TYPING_MS = 20_000;

interface Props {
  interaction: InteractionView;
  agent: string;
  reply: StoredMessage | null;
  onReply: (message: StoredMessage | null) => void;
  onSent: (message: StoredMessage) => void;
  onNoted: (note: Note) => void;
  onTemplate: () => void;
}

/** Where the owner of an interaction writes: to the customer, or a note to colleagues. */
export function Composer({ interaction, agent, reply, onReply, onSent, onNoted, onTemplate }: Props) {
  const { id, window: open } = interaction;
  const { data: desk } = useDesk();
  const account = accountOf(desk, interaction.account_id);
  const [text, setText] = useState(() => draftOf(id));
  const [mode, setMode] = useState<'message' | 'note'>('message');
  const [dragging, setDragging] = useState(false);
  const [active, setActive] = useState(0);
  const { attachments, add, remove, clear } = useAttachments();
  const field = useRef<HTMLTextAreaElement>(null);
  const typedAt = useRef(0);
  const listId = useId();
  const note = mode === 'note';
  const command = note ? null : commandIn(text);
  const answers = command === null ? [] : answersFor(command, desk, account);

  useEffect(() => keepDraft(id, text), [id, text]);
  useEffect(() => {
    if (reply) field.current?.focus();
  }, [reply]);

  function write(next: string) {
    setText(next);
    setActive(0);
    if (note || next.length <= text.length || Date.now() - typedAt.current < TYPING_MS) return;
    typedAt.current = Date.now();
    // A signal that does not arrive is no loss.
    clicks.typing(id, agent).catch(() => undefined);
  }

  function insert(words: string) {
    const element = field.current;
    const [from, to] = [element?.selectionStart ?? text.length, element?.selectionEnd ?? text.length];
    setText(text.slice(0, from) + words + text.slice(to));
    requestAnimationFrame(() => {
      element?.focus();
      element?.setSelectionRange(from + words.length, from + words.length);
    });
  }

  function choose(answer: Canned) {
    const values = valuesOf({
      contactName: interaction.contact_name,
      contactKey: interaction.contact_key,
      accountKey: interaction.account_key,
      accountName: account?.name ?? '',
      interactionId: id,
    });
    setText(fill(answer.text, values));
    field.current?.focus();
  }

  const ready = attachments.filter(one => one.state === 'ready');
  const busy = attachments.some(one => one.state === 'uploading');
  const sendable = !busy && command === null && (text.trim() !== '' || (!note && ready.length > 0));

  function submit() {
    if (!sendable) return;
    if (note) {
      const words = text;
      clicks.note(id, agent, words.trim()).then(onNoted, (error: unknown) => {
        notifyProblem(error);
        setText(words);
      });
    } else {
      for (const input of messagesOf(text.trim(), ready, reply)) void send(id, agent, input, onSent);
      clear();
      onReply(null);
    }
    setText('');
    typedAt.current = 0;
  }

  function keyed(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return;
    if (command !== null && answers.length > 0 && !event.shiftKey) {
      const step = { ArrowDown: 1, ArrowUp: answers.length - 1 }[event.key];
      const chosen = answers[active];
      if (step !== undefined) setActive((active + step) % answers.length);
      else if (['Enter', 'Tab'].includes(event.key) && chosen) choose(chosen);
      else if (event.key === 'Escape') setText('');
      else return;
      event.preventDefault();
      return;
    }
    if (event.key === 'Enter' && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      submit();
    }
    if (event.key === 'Escape' && reply) onReply(null);
  }

  function pasted(event: ClipboardEvent) {
    if (note || event.clipboardData.files.length === 0) return;
    event.preventDefault();
    add(event.clipboardData.files);
  }

  function dropped(event: DragEvent) {
    event.preventDefault();
    setDragging(false);
    if (!note) add(event.dataTransfer.files);
  }

  return (
    <section
      className={classes.composer}
      aria-label={t.composer.label}
      data-dragging={(dragging && !note) || undefined}
      onDragOver={event => {
        event.preventDefault();
        setDragging(true);
      }}
      onDragLeave={() => setDragging(false)}
      onDrop={dropped}
    >
      {command !== null && <CannedList id={listId} answers={answers} active={active} onChoose={choose} />}
      <div className={classes.inner}>
        <Group justify="space-between" gap="xs">
          <SegmentedControl
            size="xs"
            aria-label={t.composer.mode}
            value={mode}
            onChange={value => setMode(value as typeof mode)}
            data={[
              { value: 'message', label: t.composer.modes.message },
              { value: 'note', label: t.composer.modes.note },
            ]}
          />
          <WindowClock window={open} />
        </Group>
        {!open.open && !note ? (
          <Closed interaction={interaction} onTemplate={onTemplate} />
        ) : (
          <>
            {reply && !note && <ReplyBar reply={reply} onCancel={() => onReply(null)} />}
            {!note && <AttachmentTray attachments={attachments} onRemove={remove} />}
            <Group gap={4} align="flex-end" wrap="nowrap">
              <Textarea
                ref={field}
                flex={1}
                autosize
                minRows={1}
                maxRows={8}
                autoFocus
                className={note ? (classes.note ?? '') : ''}
                aria-label={note ? t.composer.noteLabel : t.composer.label}
                aria-controls={command === null ? undefined : listId}
                aria-activedescendant={command !== null && answers.length > 0 ? `${listId}-${active}` : undefined}
                aria-autocomplete="list"
                placeholder={
                  dragging ? t.composer.dropHere : note ? t.composer.notePlaceholder : t.composer.placeholder
                }
                maxLength={MOST_CHARACTERS}
                value={text}
                onChange={event => write(event.currentTarget.value)}
                onKeyDown={keyed}
                onPaste={pasted}
              />
              {!note && (
                <>
                  <EmojiPicker onPick={insert} />
                  <AttachButton onFiles={add} />
                  <Tooltip label={t.composer.template}>
                    <ActionIcon
                      variant="subtle"
                      color="gray"
                      size="lg"
                      visibleFrom="sm"
                      aria-label={t.composer.template}
                      onClick={onTemplate}
                    >
                      <IconTemplate size={20} aria-hidden />
                    </ActionIcon>
                  </Tooltip>
                  {account?.ai && <AiMenu interaction={id} text={text} onText={setText} />}
                </>
              )}
              <Tooltip label={t.composer.keys} disabled={note}>
                <ActionIcon
                  size={36}
                  aria-label={note ? t.composer.sendNote : t.composer.send}
                  disabled={!sendable}
                  onClick={submit}
                >
                  <IconSend2 size={20} aria-hidden />
                </ActionIcon>
              </Tooltip>
            </Group>
            {text.length > MOST_CHARACTERS - NEARLY && (
              <Text size="xs" c="dimmed" ta="right" role="status">
                {t.composer.characters(MOST_CHARACTERS - text.length)}
              </Text>
            )}
          </>
        )}
      </div>
    </section>
  );
}

type Ready = ReturnType<typeof useAttachments>['attachments'];

/** The messages: every file is one, and the text is the caption of the first, or stands alone. */
function messagesOf(text: string, files: Ready, reply: StoredMessage | null): MessageInput[] {
  const answered = reply ? { reply_to: reply.id } : {};
  if (files.length === 0) return [{ content: { kind: 'text', text }, ...answered }];
  return files.map((one, index) => ({
    content: {
      kind: 'media',
      media: kindOf(one.file.type),
      file_id: one.id,
      mime_type: one.file.type,
      filename: one.file.name,
      caption: index === 0 ? text : '',
    },
    ...(index === 0 ? answered : {}),
  }));
}

function AttachButton({ onFiles }: { onFiles: (files: File[]) => void }) {
  const reset = useRef<() => void>(null);
  return (
    <FileButton
      multiple
      resetRef={reset}
      onChange={files => {
        onFiles(files);
        reset.current?.();
      }}
    >
      {props => (
        <Tooltip label={t.composer.attach}>
          <ActionIcon {...props} variant="subtle" color="gray" size="lg" aria-label={t.composer.attach}>
            <IconPaperclip size={20} aria-hidden />
          </ActionIcon>
        </Tooltip>
      )}
    </FileButton>
  );
}

function ReplyBar({ reply, onCancel }: { reply: StoredMessage; onCancel: () => void }) {
  const whose = reply.direction === 'inbound' ? t.composer.customer : t.composer.yourself;
  return (
    <div className={classes.reply}>
      <div style={{ flex: 1, minWidth: 0 }}>
        <b>{t.composer.replyTo(whose)}</b>
        <Text size="xs" truncate>
          {summaryOf(contentOf(reply))}
        </Text>
      </div>
      <ActionIcon size="sm" variant="subtle" color="gray" aria-label={t.composer.cancelReply} onClick={onCancel}>
        <IconX size={14} aria-hidden />
      </ActionIcon>
    </div>
  );
}

function Closed({ interaction, onTemplate }: { interaction: InteractionView; onTemplate: () => void }) {
  return (
    <Group justify="space-between" gap="xs">
      <Text size="sm">{interaction.window.closes_at ? t.composer.windowClosed : t.composer.windowNever}</Text>
      <Button leftSection={<IconTemplate size={16} aria-hidden />} onClick={onTemplate}>
        {t.composer.template}
      </Button>
    </Group>
  );
}

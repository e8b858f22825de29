import { Anchor } from '@mantine/core';
import { Fragment, type ReactNode } from 'react';

/**
 * Text as WhatsApp shows it: *bold*, _italic_, ~struck~, ```fixed```, and links. It becomes elements, never HTML, so
 * nothing that a customer writes can be more than text.
 */
export function FormattedText({ text }: { text: string }) {
  return <span style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{parts(text)}</span>;
}

const CODE = /```([\s\S]+?)```/;
const MARKED = /(?<![\p{L}\p{N}])([*_~])(?=\S)([^\n]*?\S)\1(?![\p{L}\p{N}])/u;
const LINK = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]}']/i;
const WRAPPED = { '*': 'strong', _: 'em', '~': 's' } as const;

interface Found {
  start: number;
  end: number;
  shown: ReactNode;
}

function firstOf(text: string): Found | null {
  const candidates = [code(text), link(text), marked(text)].filter(one => one !== null);
  return candidates.sort((one, other) => one.start - other.start)[0] ?? null;
}

function code(text: string): Found | null {
  const match = CODE.exec(text);
  return match && { start: match.index, end: match.index + match[0].length, shown: <code>{match[1]}</code> };
}

function link(text: string): Found | null {
  const match = LINK.exec(text);
  if (!match) return null;
  const shown = (
    <Anchor href={match[0]} target="_blank" rel="noopener noreferrer" inherit underline="always">
      {match[0]}
    </Anchor>
  );
  return { start: match.index, end: match.index + match[0].length, shown };
}

function marked(text: string): Found | null {
  const match = MARKED.exec(text);
  if (!match) return null;
  const Tag = WRAPPED[match[1] as keyof typeof WRAPPED];
  return { start: match.index, end: match.index + match[0].length, shown: <Tag>{parts(match[2] ?? '')}</Tag> };
}

function parts(text: string): ReactNode[] {
  const shown: ReactNode[] = [];
  let rest = text;
  let at = 0;
  for (let found = firstOf(rest); found; found = firstOf(rest)) {
    shown.push(rest.slice(0, found.start), <Fragment key={at + found.start}>{found.shown}</Fragment>);
    at += found.end;
    rest = rest.slice(found.end);
  }
  shown.push(rest);
  return shown;
}

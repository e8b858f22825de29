import { expect, test } from 'vitest';
import type { Column } from '@/components/table/columns';
import { toCsv } from '@/components/table/csv';

const columns: Column<string>[] = [{ id: 'value', header: 'Value', value: row => row }];
const cell = (value: string) => toCsv(columns, [value]).split('\r\n').slice(1, -1).join('\r\n');

test('what would break the line is quoted', () => {
  expect(toCsv(columns, ['a,b', 'say "hi"', 'two\nlines'])).toBe('Value\r\n"a,b"\r\n"say ""hi"""\r\n"two\nlines"\r\n');
});

test('what a spreadsheet would compute is text, and a phone number stays one', () => {
  expect(['=1+1', '@sum', '-2+cmd', '+39 333 111'].map(cell)).toEqual(["'=1+1", "'@sum", "'-2+cmd", '+39 333 111']);
});

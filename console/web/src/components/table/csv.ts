/** Rows as CSV (RFC 4180). */
import type { Column } from '@/components/table/columns';

const NUMBER = /^[+-]?[\d\s().,-]+$/;
const FORMULA = /^[=+\-@\t\r]/;
const QUOTED = /[",\r\n]/;

/** A cell; what a spreadsheet would take for a formula is made text by an apostrophe. Phone numbers are none. */
function cell(value: string): string {
  const safe = FORMULA.test(value) && !NUMBER.test(value) ? `'${value}` : value;
  return QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function toCsv<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const lines = [columns.map(one => cell(one.header)), ...rows.map(row => columns.map(one => cell(one.value(row))))];
  return lines.map(line => `${line.join(',')}\r\n`).join('');
}

/** Has the browser save a text as a file. */
export function download(name: string, text: string, type = 'text/csv'): void {
  // With the mark in front spreadsheets read it as UTF-8.
  const url = URL.createObjectURL(new Blob(['\uFEFF', text], { type: `${type};charset=utf-8` }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

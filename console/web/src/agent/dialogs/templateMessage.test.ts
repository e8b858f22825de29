import { expect, test } from 'vitest';
import type { Template } from '@/agent/desk/queries';
import { choice, templateMessage } from '@/agent/dialogs/templateMessage';

const template = {
  name: 'order_update',
  language: 'en',
  template_id: '5',
  header_parameters: [] as string[],
  header_media: null,
  parameters: ['1', '2'],
  button_parameters: [] as number[],
} as unknown as Template;
const file = { id: 'f1', name: 'map.png', type: 'image/png' };

test('there is no message without a template, nor while a value is missing', () => {
  expect(templateMessage(null)).toBeNull();
  expect(templateMessage({ ...choice(template), body: { 1: 'Ada', 2: ' ' } })).toBeNull();
  expect(templateMessage({ ...choice(template), body: { 1: 'Ada', 2: '7' } })?.body).toEqual({ 1: 'Ada', 2: '7' });
});

test('what header and buttons ask for is asked for as well', () => {
  const more = { ...template, parameters: [], header_parameters: ['place'], button_parameters: [1] } as Template;
  expect(templateMessage({ ...choice(more), header: { place: 'Rome' } })).toBeNull();
  expect(templateMessage({ ...choice(more), buttons: { 1: 'x7' } })).toBeNull();
  const message = templateMessage({ ...choice(more), header: { place: 'Rome' }, buttons: { 1: 'x7' } });
  expect([message?.header, message?.buttons]).toEqual([{ place: 'Rome' }, { 1: 'x7' }]);
});

test('a template with a file above it waits for the file', () => {
  const pictured = { ...template, parameters: [], header_media: 'image' } as Template;
  expect(templateMessage(choice(pictured))).toBeNull();
  expect(templateMessage({ ...choice(pictured), file })?.header_media).toEqual({
    kind: 'media',
    media: 'image',
    file_id: 'f1',
    filename: 'map.png',
    mime_type: 'image/png',
  });
  expect(templateMessage({ ...choice(template), body: { 1: 'a', 2: 'b' }, file })?.header_media).toBeNull();
});

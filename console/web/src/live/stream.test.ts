import { describe, expect, test } from 'vitest';
import { EventParser } from '@/live/stream';

describe('the parser of server-sent events', () => {
  test('gives the same events wherever the text is cut', () => {
    const text = ': alive\n\nid: 7-0\nevent: change\ndata: {"kind":"agent"}\n\nid: 8-0\nevent: reset\ndata:\n\n';
    const whole = new EventParser().push(text);
    for (let cut = 1; cut < text.length; cut += 1) {
      const parser = new EventParser();
      expect([...parser.push(text.slice(0, cut)), ...parser.push(text.slice(cut))]).toEqual(whole);
    }
    expect(whole.map(one => [one.id, one.event, one.data])).toEqual([
      ['7-0', 'change', '{"kind":"agent"}'],
      ['8-0', 'reset', ''],
    ]);
  });

  test('takes lines that end in CR LF, also when the chunk ends between the two', () => {
    const parser = new EventParser();
    expect(parser.push('id: 1\r')).toEqual([]);
    expect(parser.push('\ndata: a\r\ndata: b\r\n\r\n')).toEqual([{ id: '1', event: 'message', data: 'a\nb' }]);
  });

  test('says nothing of comments and of events that hold nothing', () => {
    expect(new EventParser().push(': alive\n\n\n\nid: 3\n\n')).toEqual([]);
  });
});

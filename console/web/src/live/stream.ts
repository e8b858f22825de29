/** Server-sent events over `fetch`: what EventSource does not tell (why it ended) and does not send (where to go on). */

export interface ServerEvent {
  id: string;
  event: string;
  data: string;
}

/** Takes text as it comes in, and gives whole events. Comments and empty events give nothing. */
export class EventParser {
  private buffer = '';
  private id = '';
  private event = '';
  private data: string[] = [];

  push(text: string): ServerEvent[] {
    this.buffer += text;
    const lines = this.buffer.split(/\r\n|\n|\r(?!$)/);
    this.buffer = lines.pop() ?? '';
    return lines.flatMap(line => this.line(line));
  }

  private line(line: string): ServerEvent[] {
    if (line === '') return this.dispatch();
    if (line.startsWith(':')) return [];
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'id') this.id = value;
    if (field === 'event') this.event = value;
    if (field === 'data') this.data.push(value);
    return [];
  }

  private dispatch(): ServerEvent[] {
    const seen = { id: this.id, event: this.event || 'message', data: this.data.join('\n') };
    const empty = this.data.length === 0;
    this.event = '';
    this.data = [];
    return empty && seen.event === 'message' ? [] : [seen];
  }
}

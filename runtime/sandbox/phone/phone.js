// Customers' phones side by side. Each looks at its chat about once a second and says things through the control API.
const STORED = 'switchboard.sandbox.phones';
const EVERY_MS = 900;
const MARKS = { queued: '🕓', sent: '✓', delivered: '✓✓', read: '✓✓', failed: '!', unconfirmed: '?' };
const PLACE = { kind: 'location', latitude: 45.0703, longitude: 7.6869, name: 'Piazza Castello, Torino' };
const FAMILIES = { image: 'image', video: 'video', audio: 'audio' };
const CHUNK = 0x8000;
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

async function ask(path, body) {
  const options = body === undefined ? {} : { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
  const answer = await fetch(path, { cache: 'no-store', ...options });
  const found = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    const faults = (found.errors ?? []).map(one => `${one.field}: ${one.rule}`).join('; ');
    throw new Error(faults || found.detail || found.title || `The sandbox answered ${answer.status}.`);
  }
  return found;
}

/** An element; children are elements or texts, which are never markup. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== '') element.setAttribute(name, value);
  }
  element.append(...children.filter(one => one !== null && one !== ''));
  return element;
}

function remembered() {
  try {
    return JSON.parse(localStorage.getItem(STORED)) ?? [];
  } catch {
    return [];
  }
}

async function base64(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += CHUNK) text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(text);
}

/** Only addresses of the web are followed: what an agent sends is not to run anything here. */
function addressOf({ url, media_id: id }) {
  if (id) return `/files/${encodeURIComponent(id)}`;
  return /^https?:\/\//.test(url) ? url : '';
}

function fileView(file) {
  const source = addressOf(file);
  const name = file.filename || file.kind;
  if (file.kind === 'image' || file.kind === 'sticker') {
    return make('a', { href: source, target: '_blank', rel: 'noreferrer' }, make('img', { src: source, alt: name }));
  }
  if (file.kind === 'video') return make('video', { src: source, controls: 'controls', 'aria-label': name });
  if (file.kind === 'audio' || file.kind === 'voice') return make('audio', { src: source, controls: 'controls', 'aria-label': name });
  return make('a', { href: source, target: '_blank', rel: 'noreferrer' }, `📄 ${name}`);
}

function placeView({ latitude, longitude, name }) {
  return make('p', {}, `📍 ${name || ''} (${latitude.toFixed(4)}, ${longitude.toFixed(4)})`);
}

class Phone {
  constructor(numbers, wanted) {
    this.root = document.getElementById('phone').content.firstElementChild.cloneNode(true);
    this.numbers = numbers;
    this.drawn = '';
    this.quoted = null;
    this.messages = [];
    const [account, contact, name, file, words] = ['account', 'contact', 'name', 'file', 'words'].map(one => this.root.querySelector(`[name="${one}"]`));
    Object.assign(this, { account, contact, name, file, words, chat: this.root.querySelector('.chat') });
    for (const one of numbers) account.append(make('option', { value: one.account_key }, `${one.account_key} · ${one.provider} · ${one.phone}`));
    if (numbers.some(one => one.account_key === wanted.account)) account.value = wanted.account;
    contact.value = wanted.contact;
    name.value = wanted.name;
    this.listen();
  }

  get chosen() {
    return { account: this.account.value, contact: this.contact.value.trim(), name: this.name.value.trim() };
  }

  listen() {
    this.root.querySelector('form').addEventListener('submit', event => {
      event.preventDefault();
      void this.write();
    });
    this.file.addEventListener('change', () => void this.attach());
    for (const input of [this.account, this.contact, this.name]) {
      input.addEventListener('change', () => {
        keep();
        this.quote(null);
        void this.look();
      });
    }
    const doing = {
      remove: () => remove(this),
      attach: () => this.file.click(),
      place: () => void this.say(PLACE),
      unquote: () => this.quote(null),
    };
    this.root.addEventListener('click', event => doing[event.target.closest('[data-do]')?.dataset.do]?.());
  }

  async write() {
    const text = this.words.value.trim();
    if (!text) return;
    this.words.value = '';
    if (!(await this.say({ kind: 'text', text }))) this.words.value = text;
  }

  async attach() {
    const [file] = this.file.files;
    this.file.value = '';
    if (!file) return;
    const mime = file.type || 'application/octet-stream';
    const kind = FAMILIES[mime.split('/')[0]] ?? 'document';
    await this.trying(async () => {
      const { media_id } = await ask('/control/files', { mime_type: mime, filename: file.name, content: await base64(file) });
      const caption = kind === 'audio' ? '' : this.words.value.trim();
      if (await this.say({ kind, media_id, mime_type: mime, filename: file.name, caption })) this.words.value = '';
    });
  }

  /** Says something; whether it was taken. */
  async say(content, about = this.quoted) {
    const { account, contact, name } = this.chosen;
    const context = about ? { message_id: about } : null;
    const taken = await this.trying(async () => {
      const { items } = await ask('/control/say', { account, messages: [{ contact, name, content, context }] });
      if (!(items[0].status >= 200 && items[0].status < 300)) throw new Error(`The gateway answered ${items[0].status ?? 'nothing'}.`);
    });
    this.quote(null);
    await this.look();
    return taken;
  }

  async trying(run) {
    const fault = this.root.querySelector('.fault');
    try {
      await run();
      fault.hidden = true;
      return true;
    } catch (error) {
      fault.textContent = error.message;
      fault.hidden = false;
      return false;
    }
  }

  quote(message) {
    this.quoted = message?.id ?? null;
    const line = this.root.querySelector('.quote');
    line.hidden = message === null;
    line.querySelector('span').textContent = message ? `Answer to: ${this.wordsOf(message)}` : '';
  }

  async look() {
    const { account, contact } = this.chosen;
    if (!account || !contact) return;
    const asked = `${account} ${contact}`;
    try {
      const chat = await ask(`/control/chat?${new URLSearchParams({ account, contact })}`);
      if (asked === `${this.chosen.account} ${this.chosen.contact}`) this.draw(chat);
    } catch {
      // The sandbox is away for a moment; it is asked again soon.
    }
  }

  draw(chat) {
    const drawn = JSON.stringify(chat);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.messages = chat.messages;
    const atEnd = this.chat.scrollHeight - this.chat.scrollTop - this.chat.clientHeight < 60;
    const reactions = new Map(chat.messages.filter(one => one.shown.about).map(one => [`${one.direction} ${one.shown.about}`, one.shown.emoji]));
    const bubbles = chat.messages.filter(one => !one.shown.about).map(one => this.bubble(one, reactions));
    if (bubbles.length === 0) bubbles.push(make('p', { class: 'empty' }, 'Nothing was written yet.'));
    if (chat.typing) bubbles.push(make('div', { class: 'typing' }, 'writes …'));
    this.chat.replaceChildren(...bubbles);
    if (atEnd) this.chat.scrollTop = this.chat.scrollHeight;
    for (const image of this.chat.querySelectorAll('img')) {
      if (atEnd) image.addEventListener('load', () => { this.chat.scrollTop = this.chat.scrollHeight; }, { once: true });
    }
  }

  wordsOf({ shown }) {
    return shown.text || shown.header || shown.file?.filename || shown.file?.kind || shown.place?.name || '…';
  }

  bubble(message, reactions) {
    const { shown, direction, reply_to: answered } = message;
    const quoted = answered && this.messages.find(one => one.id === answered);
    const other = [...['said', 'received']].map(one => reactions.get(`${one} ${message.id}`)).filter(Boolean).join(' ');
    return make(
      'div',
      { class: `bubble ${direction}` },
      quoted ? make('blockquote', {}, this.wordsOf(quoted)) : null,
      shown.file ? fileView(shown.file) : null,
      shown.header ? make('p', { class: 'header' }, shown.header) : null,
      shown.place ? placeView(shown.place) : null,
      shown.text ? make('p', {}, shown.text) : null,
      shown.footer ? make('p', { class: 'footer' }, shown.footer) : null,
      shown.choices.length > 0 ? this.choices(message) : null,
      this.meta(message, other),
    );
  }

  choices({ id, shown }) {
    const buttons = shown.choices.map(({ kind, payload, title, description }) =>
      make('button', { type: 'button', onclick: () => void this.say({ kind, payload, title, ...(kind === 'list_reply' ? { description } : {}) }, id) }, title, description ? make('small', {}, description) : null),
    );
    return shown.menu ? make('details', {}, make('summary', {}, `☰ ${shown.menu}`), make('div', { class: 'choices' }, ...buttons)) : make('div', { class: 'choices' }, ...buttons);
  }

  /** Time, what was told of it, and what the customer may do with it. */
  meta(message, reactions) {
    const received = message.direction === 'received';
    const state = received ? message.state : message.read ? 'read' : 'sent';
    return make(
      'div',
      { class: 'meta' },
      reactions,
      received ? make('button', { type: 'button', class: 'plain', 'aria-label': 'Answer this message', onclick: () => this.quote(message) }, '↩') : null,
      received ? make('button', { type: 'button', class: 'plain', 'aria-label': 'React with a thumb up', onclick: () => void this.say({ kind: 'reaction', message_id: message.id, emoji: '👍' }, null) }, '👍') : null,
      clock.format(new Date(message.at)),
      state ? make('span', { class: 'mark', 'data-state': state, title: state }, received ? `${MARKS[state]} ${state}` : MARKS[state]) : null,
    );
  }
}

const shelf = document.getElementById('phones');
let phones = [];

function keep() {
  try {
    localStorage.setItem(STORED, JSON.stringify(phones.map(one => one.chosen)));
  } catch {
    // Storage is switched off: phones are then gone when the page is left.
  }
}

function somebody(numbers) {
  const number = numbers[phones.length % numbers.length];
  const digits = String(Math.floor(Math.random() * 1e7)).padStart(7, '0');
  return { account: number.account_key, contact: `+39333${digits}`, name: `Customer ${digits.slice(-4)}` };
}

function add(numbers, wanted = somebody(numbers)) {
  const phone = new Phone(numbers, wanted);
  phones.push(phone);
  shelf.append(phone.root);
  keep();
  void phone.look();
  return phone;
}

function remove(phone) {
  phones = phones.filter(one => one !== phone);
  phone.root.remove();
  keep();
}

/** `/phone?account=KEY&contact=NUMBER` opens that chat. */
function asked() {
  const query = new URLSearchParams(location.search);
  const accounts = query.getAll('account');
  const contacts = query.getAll('contact');
  return accounts.map((account, place) => ({ account, contact: contacts[place] ?? '', name: '' })).filter(one => one.contact);
}

async function begin() {
  const { items: numbers } = await ask('/control/numbers');
  document.getElementById('nothing').hidden = numbers.length > 0;
  const button = document.getElementById('add');
  button.disabled = numbers.length === 0;
  if (numbers.length === 0) return;
  button.addEventListener('click', () => add(numbers).words.focus());
  const wanted = asked();
  for (const one of wanted.length > 0 ? wanted : remembered()) add(numbers, one);
  if (phones.length === 0) add(numbers);
  const look = async () => {
    if (!document.hidden) await Promise.all(phones.map(one => one.look()));
    setTimeout(() => void look(), EVERY_MS);
  };
  void look();
}

void begin();

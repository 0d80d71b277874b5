import { EventEmitter } from 'node:events';
import { request, type ServerResponse } from 'node:http';
import { stream } from '../../../sandbox/page/stream.ts';
import type { Told } from '../../../sandbox/page/wire.ts';
import type { Parts } from '../../../sandbox/routes.ts';
import { type Sandbox, startSandbox, until } from '../../helpers/sandbox.ts';

type Event = { [T in keyof Told]: { event: T; data: Told[T] } }[keyof Told];

describe('what the page is told', () => {
  let sandbox: Sandbox;
  const open: AbortController[] = [];
  beforeAll(async () => {
    sandbox = await startSandbox();
  });
  afterAll(() => sandbox.stop());
  afterEach(() => {
    for (const one of open.splice(0)) one.abort();
  });

  const url = (user: string) => `${sandbox.urls.page}/sandbox/events?user=${user}`;

  /** A window that listens as this person. */
  async function listen(user: string) {
    const ending = new AbortController();
    open.push(ending);
    const response = await fetch(url(user), { signal: ending.signal });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const events: Event[] = [];
    void read(response, events).catch(() => {});
    const all = <T extends keyof Told>(event: T) => events.flatMap((one) => (one.event === event ? [one.data as Told[T]] : []));
    const heard = <T extends keyof Told>(event: T, is: (data: Told[T]) => unknown) =>
      until(
        async () => all(event).findLast(is),
        `${event} that ${user} hears`,
        async () => JSON.stringify(events).slice(-3000),
      );
    await heard('buckets', () => true);
    return { events, all, heard };
  }

  it('begins with hello and all there is', async () => {
    const { events, all } = await listen('riya');
    expect(events[0]).toMatchObject({ event: 'hello', data: { account: '111122223333', user: 'riya', approvers: ['alice', 'bob'] } });
    expect(all('clock')).toHaveLength(1);
    expect(all('buckets')[0]).toContainEqual(
      expect.objectContaining({ name: 'guarded-ledger', guard: 'hardened', versions: 3, held: false }),
    );
    const [devices] = all('devices');
    expect(devices?.map(({ owner }) => owner).sort()).toEqual(['alice', 'bob', 'root']);
    for (const { codes, uri } of devices ?? []) {
      expect(codes).toHaveLength(10);
      expect(codes.slice(1).map(({ from }) => from)).toEqual(codes.slice(0, -1).map(({ until: end }) => end));
      expect(uri).toMatch(/^otpauth:\/\/totp\//);
    }
  });

  it('begins with the newest hundred messages, and tells the older ones after everything else', async () => {
    const say = (text: string) =>
      fetch(`${sandbox.urls.slack}/api/chat.postMessage`, {
        method: 'POST',
        headers: { authorization: `Bearer ${sandbox.slack.botToken}`, 'content-type': 'application/json; charset=utf-8' },
        body: JSON.stringify({ channel: sandbox.slack.channel, text }),
      });
    for (let at = 0; at < 103; at++) await say(`number ${at}`);
    const { events, all, heard } = await listen('mallory');
    const numbers = ({ messages }: Told['slack']) => messages.map(({ text }) => text).filter((text) => text.startsWith('number'));
    await heard('slack', (news) => numbers(news)[0] === 'number 0');
    const [newest, older] = all('slack').map(numbers);
    expect([newest?.length, newest?.[0], newest?.at(-1)]).toEqual([100, 'number 3', 'number 102']);
    expect(older).toEqual(['number 0', 'number 1', 'number 2']);
    expect(events.findLastIndex(({ event }) => event === 'slack')).toBeGreaterThan(events.findIndex(({ event }) => event === 'buckets'));
  });

  it('says what changes: form, question, flow, code, bucket, each window its own', async () => {
    const [riya, alice] = [await listen('riya'), await listen('alice')];
    await sandbox.act('riya', { command: '/delete-bucket', text: 'team-scratch' });
    await riya.heard('slack', ({ modal }) => modal);
    expect(alice.all('slack').every(({ modal }) => modal === null)).toBe(true);
    await sandbox.act('riya', { submit: { Reason: 'nothing reads it' } });
    await riya.heard('slack', ({ modal }) => modal === null);
    const { messages } = await alice.heard('slack', (news) =>
      news.messages.some(({ blocks }) => JSON.stringify(blocks).includes('Approve')),
    );
    const question = messages.find(({ blocks }) => JSON.stringify(blocks).includes('Approve'));
    await sandbox.act('alice', { click: 'Approve with MFA code', ts: question?.ts });
    const code = await sandbox.code('alice');
    await alice.heard('clock', ({ shift }) => shift >= 29_000);
    await sandbox.act('alice', { submit: { 'MFA code': code, 'Bucket name': 'team-scratch' } });

    await riya.heard('devices', (devices) => devices.some(({ owner, spent }) => owner === 'alice' && spent === code));
    await riya.heard('buckets', (buckets) => buckets.every(({ name }) => name !== 'team-scratch'));
    await riya.heard('calls', (calls) => calls.some(({ action, allowed }) => action === 's3:DeleteBucket' && allowed));
    await riya.heard('executions', (news) => news.some(({ status }) => status === 'SUCCEEDED'));
    const pieces = riya.all('executions').flat();
    const visits = pieces.reduce<string[]>(
      (known, { from, visits: told }) => [...known.slice(0, from), ...told.map(({ name }) => name)],
      [],
    );
    const flow = await sandbox.flow(pieces[0]?.name ?? '');
    expect(visits).toEqual(flow.states.map(({ name }) => name));
    // Who comes later is told the same at once.
    const late = await listen('bob');
    const [first] = (await late.heard('executions', () => true)).map((one) => one.visits.map(({ name }) => name));
    expect(first).toEqual(visits);
    // Each call once.
    const ids = riya
      .all('calls')
      .flat()
      .map(({ eventId }) => eventId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('counts what is filled in', async () => {
    const { heard } = await listen('riya');
    await sandbox.fill({ bucket: 'team-logs', objects: 20, versions: 2, markers: 10 });
    const counts = (buckets: Told['buckets']) => buckets.find(({ name }) => name === 'team-logs');
    await heard('buckets', (buckets) => (counts(buckets)?.versions ?? 0) >= 46);
  });

  it('is told to nobody unknown, and to no other site', async () => {
    expect((await fetch(url('nobody'))).status).toBe(404);
    // Not by fetch, which sets the header itself.
    const status = await new Promise((resolve, reject) => {
      const asked = request(url('riya'), { headers: { origin: 'http://elsewhere.example' } }, (answer) => {
        answer.destroy();
        resolve(answer.statusCode);
      });
      asked.on('error', reject).end();
    });
    expect(status).toBe(403);
  });
});

describe('a window that is closed', () => {
  it('leaves nobody listening', () => {
    let listening = 0;
    const on = () => {
      listening += 1;
      return () => (listening -= 1);
    };
    const parts = {
      clock: { shift: () => 0, now: () => 0, moved: { on } },
      slack: {
        changed: { on },
        since: () => ({ messages: [], removed: [], change: 0, modal: null, home: null }),
        channels: () => [],
        people: () => [],
        ids: () => ({ bot: 'B', home: 'C' }),
      },
      aws: { calls: { list: () => [], on }, iam: { devices: new Map() }, s3: { list: () => [] } },
      flow: { changed: { on }, machines: () => [] },
      filled: { on },
      devices: new Map(),
    } as unknown as Parts;
    const response = Object.assign(new EventEmitter(), { write: () => true });
    stream(parts, 'riya', response as unknown as ServerResponse);
    expect(listening).toBe(5);
    response.emit('close');
    expect(listening).toBe(0);
  });
});

/** Takes the events off the stream as they come. */
async function read(response: Response, events: Event[]): Promise<void> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body as ReadableStream<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const [, event, data = ''] = /^event: (.+)\ndata: (.+)$/.exec(block) ?? [];
      if (event) events.push({ event, data: JSON.parse(data) } as Event);
    }
  }
}

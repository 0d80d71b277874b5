import { EventEmitter } from 'node:events';
import { request, type ServerResponse } from 'node:http';
import { stream } from '../../../sandbox/page/stream.ts';
import { KEPT, type Told } from '../../../sandbox/page/wire.ts';
import type { Parts } from '../../../sandbox/routes.ts';
import { until } from '../../helpers/sandbox.ts';
import { sandbox } from '../../helpers/shared-page.ts';

type Event = { [T in keyof Told]: { event: T; data: Told[T] } }[keyof Told];

describe('what the page is told', () => {
  const open: AbortController[] = [];
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

describe('a window', () => {
  /** A sandbox with nothing in it but these; `listening` counts who listens. */
  function small(messages: object[] = [], executions: object[] = []) {
    const listeners = new Set<(record?: unknown) => void>();
    const on = (listener: () => void) => {
      // Each time another one, since several listen with the same.
      const one = () => listener();
      listeners.add(one);
      return () => listeners.delete(one);
    };
    let called = (_: unknown) => {};
    const calls = {
      list: () => [],
      on: (listener: typeof called) => {
        called = listener;
        return on(() => {});
      },
    };
    const parts = {
      clock: { shift: () => 0, now: () => 0, moved: { on } },
      slack: {
        changed: { on },
        since: (_: string, change: number) => ({ messages: change === 0 ? messages : [], removed: [], change: 1, modal: null, home: null }),
        channels: () => [],
        people: () => [],
        ids: () => ({ bot: 'B', home: 'C' }),
      },
      aws: { calls, iam: { devices: new Map() }, s3: { list: () => [] } },
      flow: { changed: { on }, machines: () => [{ arn: '' }], executions: () => executions },
      filled: { on },
      devices: new Map(),
    } as unknown as Parts;
    return { parts, listening: () => listeners.size, call: (eventId: number) => called({ eventId }) };
  }
  /** The side that writes, of which `writableNeedDrain` says that the other one doesn't read. */
  function written() {
    const said: string[] = [];
    const response = Object.assign(new EventEmitter(), {
      writableNeedDrain: false,
      write: (text: string) => {
        said.push(text);
        return !response.writableNeedDrain;
      },
    });
    /** What was told of these events, together. */
    const told = (event: keyof Told) =>
      said.flatMap((text) => (text.startsWith(`event: ${event}\n`) ? [JSON.parse(text.replace(/^.*\ndata: /, ''))] : []));
    return { said, told, response, as: response as unknown as ServerResponse };
  }

  it('that is closed leaves nobody listening', () => {
    const { parts, listening } = small();
    const { response, as } = written();
    stream(parts, 'riya', as);
    expect(listening()).toBe(5);
    response.emit('close');
    expect(listening()).toBe(0);
  });

  it('that opens is told of the newest executions, and of the newest messages of each conversation', () => {
    import.meta.jest.useFakeTimers();
    try {
      const many = (count: number) => Array.from({ length: count }, (_, at) => at);
      const messages = [{ channel: 'C2', ts: '0' }, ...many(KEPT.messages + 5).map((at) => ({ channel: 'C1', ts: `1.${at}` }))];
      const history = { visits: [] };
      const executions = many(KEPT.executions + 5).map((at) => ({ name: String(at), startDate: new Date(0), input: '{}', history }));
      const { told, response, as } = written();
      stream(small(messages, executions).parts, 'riya', as);
      import.meta.jest.advanceTimersByTime(1_000);
      const [newest, older] = told('slack').map((news) => news.messages.map(({ ts }: { ts: string }) => ts));
      expect([...older, ...newest]).toEqual(['0', ...many(KEPT.messages).map((at) => `1.${at + 5}`)]);
      // Executions are listed with the newest first.
      expect(told('executions').map((news) => news.map(({ name }: { name: string }) => Number(name)))).toEqual([
        many(KEPT.executions).reverse(),
      ]);
      response.emit('close');
    } finally {
      import.meta.jest.useRealTimers();
    }
  });

  it('that doesn’t read is written nothing more, and when it reads again, the newest of what there is', () => {
    import.meta.jest.useFakeTimers();
    try {
      const { parts, call } = small();
      const { said, told, response, as } = written();
      stream(parts, 'riya', as);
      const before = said.length;
      response.writableNeedDrain = true;
      for (let id = 0; id < KEPT.calls + 500; id++) call(id);
      import.meta.jest.advanceTimersByTime(60_000);
      expect(said).toHaveLength(before);
      response.writableNeedDrain = false;
      response.emit('drain');
      import.meta.jest.advanceTimersByTime(1_000);
      const ids = told('calls').map((calls) => calls.map(({ eventId }: { eventId: number }) => eventId));
      expect(ids).toEqual([Array.from({ length: KEPT.calls }, (_, at) => 500 + at)]);
      response.emit('close');
    } finally {
      import.meta.jest.useRealTimers();
    }
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

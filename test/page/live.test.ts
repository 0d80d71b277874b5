import { liveNow, TAKERS } from '../../page/live.ts';
import { type ExecutionNews, type Hello, KEPT, type SlackNews } from '../../sandbox/page/wire.ts';

type Message = SlackNews['messages'][number];

const hello = (boot: string, user = 'riya') => TAKERS.hello({ boot, user } as Hello);
const message = (at: number, channel = 'C1', text = ''): Message => ({
  channel,
  ts: `${1_800_000_000 + at}.000000`,
  text,
  blocks: [],
  ephemeral: false,
  user: 'U1',
});
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at);
const slack = (messages: Message[], removed: SlackNews['removed'] = []) =>
  TAKERS.slack({ messages, removed, modal: null, home: null, channels: [] });
const execution = (name: string) => ({ name, from: 0, visits: [] }) as unknown as ExecutionNews;
const shown = (channel = 'C1') => liveNow().messages.filter((one) => one.channel === channel);

describe('what the page keeps', () => {
  test('is of each conversation the newest messages, however they are told', () => {
    hello('one');
    slack([message(0, 'C2')]);
    slack(range(100, 100 + KEPT.messages).map((at) => message(at)));
    slack([message(50)]);
    slack([message(5_000), message(5_001)]);
    expect(shown()).toHaveLength(KEPT.messages);
    expect([shown()[0], shown().at(-1)]).toEqual([message(102), message(5_001)]);
    expect(shown('C2')).toEqual([message(0, 'C2')]);
  });

  test('is of calls and executions the newest', () => {
    hello('two');
    TAKERS.calls(range(0, KEPT.calls + 5).map((at) => ({ eventId: String(at) })) as never);
    TAKERS.executions(range(0, KEPT.executions + 5).map((at) => execution(String(at))));
    const { calls, executions } = liveNow();
    expect([calls.length, calls[0]?.eventId]).toEqual([KEPT.calls, '5']);
    expect([executions.length, executions[0]?.name]).toEqual([KEPT.executions, '5']);
  });

  test('stays as it is, object by object, where the stream begins anew and tells the same; what changed meanwhile is told with it', () => {
    hello('three');
    slack([message(1), message(2), message(3), message(4)]);
    const before = shown();
    hello('three');
    // The newest first, with all that was ever removed; then the older ones.
    slack([message(3, 'C1', 'edited'), message(5)], [{ channel: 'C1', ts: message(4).ts }]);
    expect(shown().map(({ ts }) => ts)).toEqual([1, 2, 3, 5].map((at) => message(at).ts));
    slack([message(1), message(2)]);
    expect(shown()[0]).toBe(before[0]);
    expect(shown()[2]?.text).toBe('edited');
  });

  test('is nothing of another person’s messages, and nothing at all of a sandbox that began anew', () => {
    hello('four');
    slack([message(1)]);
    TAKERS.calls([{ eventId: 'a' }] as never);
    hello('four', 'alice');
    slack([message(2)]);
    expect(shown()).toEqual([message(2)]);
    expect(liveNow().calls).toHaveLength(1);
    hello('five', 'alice');
    expect(liveNow()).toMatchObject({ messages: [], calls: [] });
  });
});

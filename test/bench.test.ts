import { readFileSync } from 'node:fs';
import { crowdConfig, crowd as crowdOf } from '../bench/crowd.ts';
import { indexOf, Keys, SHAPES } from '../bench/emptying/keys.ts';
import { HEAP, type Run } from '../bench/emptying/measure.ts';
import { type Results as EmptyingResults, emptyingPart, tables } from '../bench/emptying/report.ts';
import { type Results as PageResults, pagePart } from '../bench/page/report.ts';
import { page, type Results } from '../bench/report.ts';
import { summarize } from '../bench/statistics.ts';
import { joined } from '../bench/tables.ts';
import { parseConfig } from '../src/config.ts';
import { compareKeys } from '../src/domain/key-space.ts';

describe('summarize', () => {
  it('gives the least, the middle and the 99th percentile by nearest rank', () => {
    const hundredDown = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(summarize(hundredDown)).toEqual({ count: 100, min: 1, median: 50, p99: 99 });
  });

  it('takes the slowest of few as the 99th percentile', () => {
    expect(summarize([10, 2, 9])).toEqual({ count: 3, min: 2, median: 9, p99: 10 });
  });

  it('refuses to sum up nothing', () => {
    expect(() => summarize([])).toThrow(new RangeError('nothing was measured'));
  });
});

const machine = { date: '2026-11-25', cpu: 'A CPU, 2 cores (linux x64)', memory: '8.0 GiB', node: 'v24.21.0', load: '0.1' };

describe('the page on performance', () => {
  const of = (median: number) => ({ count: 3, min: median - 1, median, p99: median + 1 });
  const results = (load: number, atSts: number): Results => ({
    bundles: [{ name: 'slack', zipBytes: 313_000, load: of(load) }],
    commands: { loopback: of(1), refused: of(2), help: of(3), modal: of(7) },
    codes: { answered: of(50), atSts: of(atSts), checkUnchanged: of(40) },
    loads: [crowd],
    guards: { buckets: 1000, check: guardRun(4), bare: guardRun(3), compare: of(90) },
  });
  const guardRun = (seconds: number) => ({ seconds: of(seconds), memory: of(140), calls: 4002 });
  const crowd = { people: 200, acknowledged: of(44), late: 0, again: 0, lost: 0, doubled: 0, open: 0, seconds: 74.2 };

  it('says on which machine and when it was measured', () => {
    expect(page(results(200, 135), machine)).toContain(
      'on 2026-11-25: A CPU, 2 cores (linux x64), 8.0 GiB, Node v24.21.0, load average 0.1',
    );
  });

  it('sets each aim beside what was measured', () => {
    const text = page(results(200, 135), machine);
    expect(text).toContain("| the Slack function's zip | 313 KB | under 1000 KB | met |");
    expect(text).toContain('| a slash command acknowledged | 7.0 ms | under 50 ms | met |');
    expect(text).toContain(
      '| of 200 people at once: answered late or asked to repeat, requests lost, doubled or left open | 0 | none | met |',
    );
    expect(text).toContain('| 200 | 3 | 44 | 45 | 0 | 0 | 0 | 0 | 0 | 74 |');
    expect(text).toContain('Nothing misses its aim.');
  });

  it('sets the check of many guards beside its bare calls', () => {
    const text = page(results(200, 135), machine);
    expect(text).toContain('| guards of 1,000 buckets | calls |');
    expect(text).toContain('| the calls alone | 4002 | 2.0 | 3.0 | 140 | 3 |\n| `interlock guard check` | 4002 | 3.0 | 4.0 | 140 | 3 |');
  });

  it('names what misses its aim, the limit itself included', () => {
    const text = page(results(250, 301), machine);
    expect(text).toContain('| the Slack function loaded | 250 ms | under 250 ms | MISSED |');
    expect(text).toContain('Missed: the Slack function loaded; a submitted code at STS.');
  });

  it.each(['late', 'again', 'lost', 'doubled', 'open'])('misses its aim where one of a crowd was %s', (what) => {
    const text = page({ ...results(200, 135), loads: [{ ...crowd, [what]: 1 }] }, machine);
    expect(text).toContain('requests lost, doubled or left open | 1 | none | MISSED |');
  });
});

describe('the part about emptying', () => {
  const run = (what: string, seconds: number, megabytes: number): Run => ({
    what,
    removed: 100_000,
    seconds,
    requests: 200,
    cpu: 1,
    serverCpu: 0.5,
    megabytes,
  });
  const results = (ours: number, megabytes = 150): EmptyingResults => ({
    count: 100_000,
    most: 60,
    compared: [0, 30].map((delay) => ({
      data: { shape: 'flat', count: 100_000, delay },
      runs: [run('limit', 1, 0), run('this project', ours, megabytes), run('boto3', 20, 60), { ...run('rclone', 60, 60), removed: 50_000 }],
    })),
    workersCount: 400_000,
    workers: [{ workers: 4, shape: 'skewed', stretches: 60, dividing: 1.5, emptying: 4, megabytes: 140, serverCpu: 1 }],
    sizes: [{ limit: undefined, run: { ...run('this project', 80, 160), removed: 10_000_000 } }],
    sandbox: { ...run('sandbox', 5, 120), removed: 10_000 },
  });

  it('sets each aim beside what was measured', () => {
    const text = tables(results(1.25));
    expect(text).toContain('| flat keys, 0 ms: times as fast as the fastest other | 16 | over 1 | met |');
    expect(text).toContain('| flat keys, 30 ms: of the limit | 80 % | over 80 % | MISSED |');
    expect(text).toContain('| the most memory of one process | 160 MB | under 200 MB | met |');
    expect(text).toContain('| rclone | 50,000 | 833 | 1 % | 200 | 1.0 | 60 | 0.5 |');
    expect(text).toContain('| 4 | skewed | 60 | 1.5 | 4.0 | 100000 | 140 | 1.0 |');
    expect(text).toContain('| 10,000,000 | 10,000,000 | 125,000 | – |');
  });

  it('names what misses its aim', () => {
    const missing = emptyingPart(results(5, 210), machine);
    expect(missing).toContain(
      'Missed: flat keys, 30 ms: times as fast as the fastest other (4.0); flat keys, 30 ms: of the limit (20 %); the most',
    );
    expect(emptyingPart(results(1.1), machine)).toContain('Nothing misses its aim.');
  });

  it('is of a process with the same heap as the one that is deployed', () => {
    expect(readFileSync('serverless.yml', 'utf8')).toContain(`NODE_OPTIONS: ${HEAP.join(' ')} `);
  });
});

describe('the page of performance, on the sandbox’s page', () => {
  const many = { count: 30, min: 20, median: 60, p99: 200 };
  const frames = { count: 400, min: 15, median: 16.7, p99: 33.4, longest: 83 };
  const results: PageResults = {
    size: { files: 3, plain: 640_000, gzip: 191_234, brotli: 160_000 },
    start: { ...many, median: 2_900 },
    cold: { ...many, median: 800 },
    command: many,
    button: many,
    breakIn: { ...many, median: 151 },
    person: many,
    many: { messages: 1_000, calls: 1_000, command: many, button: many, person: many, slack: frames, aws: { ...frames, p99: 50.1 } },
    emptying: { versions: 50_000, seconds: 21, command: many, frames },
  };

  it('sets each aim beside what was measured, and names what misses', () => {
    const text = pagePart(results, { date: '2026-11-26', cpu: 'a cpu', memory: '8 GiB', node: 'v24', load: '0.1' });
    expect(text).toContain('| the page, compressed with gzip | 191 KB | under 250 KB | met |');
    expect(text).toContain('| a typed command to its modal: median | 60 ms | under 150 ms | met |');
    expect(text).toContain('| scrolling through 1,000 messages | 17 | 33 | 83 | 400 |');
    expect(text).toContain('| the Flow pane while 50,000 versions are emptied, in 21 s | 17 | 33 | 83 | 400 |');
    expect(text).toContain('Missed: a try to break in to AWS’s answer: median; scrolling through 1,000 calls: 99 of 100 frames.');
  });
});

describe('the parts of docs/performance.md', () => {
  const whole = '# Performance\n\nold\n\n## What\n\nold\n\n## Emptying\n\n| 1 |\n\n## The page\n\n| 2 |\n';

  it('stay, but for those that are written anew', () => {
    expect(joined(whole, '\n## Emptying\n\n| 3 |\n')).toBe(whole.replace('| 1 |', '| 3 |'));
    expect(joined(whole, '# Performance\n\nnew\n\n## What\n\nnew\n')).toBe(whole.replaceAll('old', 'new'));
    expect(joined(whole, whole)).toBe(whole);
  });

  it('come last when they are new', () => {
    expect(joined(whole, '## More\n\nmore\n')).toBe(`${whole}\n## More\n\nmore\n`);
    expect(joined('# Performance\n\nnew\n', '# Performance\n')).toBe('# Performance\n');
  });
});

describe('made-up keys', () => {
  it.each(SHAPES)('are in S3’s order, and hold their numbers (%s)', (shape) => {
    const keys = new Keys(shape, 3_000);
    const all = Array.from({ length: 3_000 }, (_, at) => keys.at(at));
    expect(all.toSorted(compareKeys)).toEqual(all);
    expect(all.map(indexOf)).toEqual(all.map((_, at) => at));
    expect([keys.behind(''), keys.behind(keys.at(41)), keys.behind('~'), keys.from(keys.at(41))]).toEqual([0, 42, 3_000, 41]);
  });
});

describe('a crowd', () => {
  it.each([5, 20, 50, 400])('of %s has each bucket asked for once and approved once, by somebody else', (people) => {
    const members = crowdOf(people);
    const asked = members.map(({ asks }) => asks);
    expect(new Set(asked).size).toBe(people);
    expect(members.flatMap(({ approves }) => approves).sort()).toEqual(asked.toSorted());
    expect(members.filter(({ asks, approves }) => approves.includes(asks))).toEqual([]);
  });

  it('is a configuration that the product takes', () => {
    const { approvers, rules } = parseConfig(crowdConfig(crowdOf(100)), 'crowd.yml');
    expect([Object.keys(approvers).length, rules.length]).toEqual([25, 3]);
  });
});

/** The part of docs/performance.md about emptying. */
import { LINES } from '../../src/aws/emptying/lines.ts';
import type { Machine } from '../report.ts';
import { round, table } from '../tables.ts';
import { type Data, HEAP, type Run, type WorkersRun } from './measure.ts';

export interface Results {
  count: number;
  /** Seconds after which a peer was ended. */
  most: number;
  /** The limit first, this project second, then the peers. */
  compared: { data: Data; runs: Run[] }[];
  workersCount: number;
  workers: WorkersRun[];
  sizes: { limit: Run | undefined; run: Run }[];
  sandbox: Run;
}

const many = (count: number): string => count.toLocaleString('en-US');
const rate = ({ removed, seconds }: Run): number => (removed > 0 && seconds > 0 ? removed / seconds : 0);
const percent = (part: number): string => `${Math.round(part * 100)} %`;
const maybe = (value: number | undefined): string => (value === undefined ? '–' : round(value));

/** Faster than the fastest peer by this; undefined where there is none. */
function lead(runs: Run[]): number | undefined {
  const [, ours, ...peers] = runs;
  const best = Math.max(0, ...peers.map(rate));
  return ours && best > 0 ? rate(ours) / best : undefined;
}

interface Aim {
  what: string;
  measured: string;
  wanted: string;
  met: boolean;
}

export function aims({ compared, sizes }: Results): Aim[] {
  const times = compared.flatMap(({ data: { shape, delay }, runs }): Aim[] => {
    const [limit, ours] = runs as [Run, Run];
    const wanted = delay > 0 ? 5 : 1;
    const faster = lead(runs);
    const where = `${shape} keys, ${delay} ms`;
    const part = rate(ours) / rate(limit);
    return [
      ...(faster === undefined
        ? []
        : [
            {
              what: `${where}: times as fast as the fastest other`,
              measured: round(faster),
              wanted: `over ${wanted}`,
              met: faster > wanted,
            },
          ]),
      ...(delay > 0 ? [{ what: `${where}: of the limit`, measured: percent(part), wanted: 'over 80 %', met: part > 0.8 }] : []),
    ];
  });
  const most = Math.max(
    ...[...sizes.map(({ run }) => run), ...compared.map(({ runs }) => runs[1] as Run)].map(({ megabytes = 0 }) => megabytes),
  );
  return [...times, { what: 'the most memory of one process', measured: `${round(most)} MB`, wanted: 'under 200 MB', met: most < 200 }];
}

/** The tables, as they are printed too. */
export function tables(results: Results): string {
  const { compared, workers, workersCount, sizes, count } = results;
  return [
    table(
      ['aim', 'measured', 'wanted', ''],
      aims(results).map(({ what, measured, wanted, met }) => [what, measured, wanted, met ? 'met' : 'MISSED']),
    ),
    ...compared.map(({ data, runs }) =>
      table(
        [`${many(count)} versions, ${data.shape} keys, ${data.delay} ms`, 'removed', 'a second', 'of the limit', ...HEAD],
        runs.map((run) => row(run, runs[0])),
      ),
    ),
    table(
      [
        `${many(workersCount)} versions, 30 ms: workers`,
        'keys',
        'stretches',
        'divided in (s)',
        'emptied in (s)',
        'a second',
        'memory of one (MB)',
        'CPU of the server (s)',
      ],
      workers.map((one) => [
        String(one.workers),
        one.shape,
        String(one.stretches),
        ...[one.dividing, one.emptying, workersCount / one.emptying, one.megabytes, one.serverCpu].map(round),
      ]),
    ),
    table(
      ['in one process, flat keys, 0 ms', 'removed', 'a second', 'of the limit', ...HEAD],
      sizes.map(({ limit, run }) => row({ ...run, what: many(run.removed) }, limit)),
    ),
  ].join('\n');
}

const HEAD = ['requests', 'CPU (s)', 'memory (MB)', 'CPU of the server (s)'];

function row(run: Run, limit: Run | undefined): string[] {
  return [
    run.what,
    many(run.removed),
    many(Math.round(rate(run))),
    limit ? percent(rate(run) / rate(limit)) : '–',
    many(run.requests),
    ...[run.cpu, run.megabytes, run.serverCpu].map(maybe),
  ];
}

export function emptyingPart(results: Results, { date, cpu, memory, node, load }: Machine): string {
  const { most, sandbox } = results;
  const missed = aims(results).filter(({ met }) => !met);
  return `
## Emptying

Written by \`npm run bench:empty\` on ${date}: ${cpu}, ${memory}, Node ${node}, load average ${load} when it began.

${tables(results)}
${missed.length === 0 ? 'Nothing misses its aim.' : `Missed: ${missed.map(({ what, measured }) => `${what} (${measured})`).join('; ')}.`}

- The S3 is a lean one (\`bench/emptying/lean-s3.ts\`), in a process of its own, over plain HTTP: keys are made up from their numbers, each has one version, and nothing is signed for or evaluated. It
  answers after the round trip. At the sandbox's own, which checks both, this project removed ${many(Math.round(rate(sandbox)))} a second and the server took ${round((sandbox.serverCpu / sandbox.removed) * 1e5)} s of
  processor time for 100,000: there the server is what is measured.
- *a second*: from a client's first request until the last answer that something was removed; starting it is not in that, but in its CPU. One that isn't done after ${most} s is ended, and counts by what it
  had removed. \`aws s3 rm\`, \`rclone\` and \`s4cmd\` delete objects only: in a bucket with versions they hide each behind a marker, and leave all of it there.
- *this project*: one process divides the keys, as PlanEmptying does, and then empties one stretch after the other, as EmptyRange does, each with ${LINES} lines of listings; the table that keeps the account answers after 5 ms where the
  round trip is 30. V8 is told to keep its heap small
  (\`${HEAP.join(' ')}\`), as \`emptyRange\` is deployed; without that, on a machine with much memory, it lets garbage lie about, and the process held up to 250 MB.
- *the limit* (\`bench/emptying/limit.ts\`) knows everything beforehand: it sends as many listings and deletions as there are pages, prepared, with as many lines of listings and more pages at once, and reads nothing.
  It knows where its lines begin, which here is found out by some thirty small questions, most of them asked at once.
- *workers* are processes that take a stretch at a time, like EmptyRanges; all of them, and the server, share this machine's processors, which on AWS they don't.
`;
}

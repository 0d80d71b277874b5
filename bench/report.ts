/** docs/performance.md, from what was measured: each number with its aim, how it was measured, and what misses. */
import { arch, cpus, loadavg, platform, totalmem } from 'node:os';
import type { BundleResult } from './bundles.ts';
import type { GuardResults, GuardRun } from './guard.ts';
import type { CodeResults, CommandResults } from './latency.ts';
import type { LoadResult } from './load.ts';
import type { Summary } from './statistics.ts';
import { round, table } from './tables.ts';

export interface Results {
  bundles: BundleResult[];
  commands: CommandResults;
  codes: CodeResults;
  loads: LoadResult[];
  guards: GuardResults;
}

/** The machine that measures, and when. */
export interface Machine {
  date: string;
  cpu: string;
  memory: string;
  node: string;
  /** Processes that wanted to run in the last minute before: with more than there are cores, times grow. */
  load: string;
}

export function machine(): Machine {
  const processors = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: `${processors[0]?.model.trim() || 'unknown'}, ${processors.length} cores (${platform()} ${arch()})`,
    memory: `${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    node: process.version,
    load: (loadavg()[0] ?? 0).toFixed(1),
  };
}

interface Aim {
  what: string;
  measured: number;
  limit: number;
  unit: 'KB' | 'ms' | '';
}

/** The aims, and what was measured for each: medians, and what a crowd must not see at all. */
function aims({ bundles, commands, codes, loads }: Results): Aim[] {
  const slack = bundles.find(({ name }) => name === 'slack');
  if (!slack) throw new Error('the slack bundle was not measured');
  return [
    { what: "the Slack function's zip", measured: slack.zipBytes / 1000, limit: 1000, unit: 'KB' },
    { what: 'the Slack function loaded', measured: slack.load.median, limit: 250, unit: 'ms' },
    { what: 'a slash command acknowledged', measured: commands.modal.median, limit: 50, unit: 'ms' },
    { what: 'a submitted code at STS', measured: codes.atSts.median, limit: 300, unit: 'ms' },
    ...loads.map(({ people, late, again, lost, doubled, open }): Aim => {
      const what = `of ${people} people at once: answered late or asked to repeat, requests lost, doubled or left open`;
      return { what, measured: late + again + lost + doubled + open, limit: 1, unit: '' };
    }),
  ];
}

/** The tables, as they are printed too. */
export function tables(results: Results): string {
  const { bundles, commands, codes, loads, guards } = results;
  const inTime = aims(results).map(({ what, measured, limit, unit }) => [
    what,
    unit ? `${round(measured)} ${unit}` : String(measured),
    unit ? `under ${limit} ${unit}` : 'none',
    measured < limit ? 'met' : 'MISSED',
  ]);
  const imports = bundles.map(({ name, zipBytes, load }) => [name, (zipBytes / 1000).toFixed(1), ...times(load)]);
  return `${table(['aim', 'measured', 'wanted', ''], inTime)}
${table(['bundle', 'zip (KB)', 'import: best', 'median', 'p99', 'runs'], imports)}
${table(
  ['through the sandbox', 'best', 'median', 'p99', 'runs'],
  [
    ['an empty round trip on the loopback', ...times(commands.loopback)],
    ['an unsigned request, refused (401)', ...times(commands.refused)],
    ['`/delete-bucket help`, acknowledged', ...times(commands.help)],
    ['`/delete-bucket <name>`, its modal opened, acknowledged', ...times(commands.modal)],
    ['a submitted code, acknowledged', ...times(codes.answered)],
    ['a submitted code at `sts:AssumeRole`', ...times(codes.atSts)],
    ['of that, looking at the bucket once more (CheckUnchanged)', ...times(codes.checkUnchanged)],
  ],
)}
${table(
  ['people at once', 'answers', 'median', 'p99', 'over 3 s', 'asked to repeat', 'lost', 'doubled', 'left open', 'all over after (s)'],
  loads.map(({ people, acknowledged, late, again, lost, doubled, open, seconds }) => [
    String(people),
    String(acknowledged.count),
    round(acknowledged.median),
    round(acknowledged.p99),
    ...[late, again, lost, doubled, open].map(String),
    round(seconds),
  ]),
)}
${guardTable(guards)}`;
}

function guardTable({ buckets, check, bare, compare }: GuardResults): string {
  const row = (what: string, { calls, seconds, memory }: GuardRun) => [
    what,
    String(calls),
    ...[seconds.min, seconds.median, memory.median].map(round),
    String(seconds.count),
  ];
  return table(
    [`guards of ${buckets.toLocaleString('en-US')} buckets`, 'calls', 'best (s)', 'median (s)', 'memory at most (MB)', 'runs'],
    [
      row('the calls alone', bare),
      row('`interlock guard check`', check),
      [
        'comparing alone, in a process that runs already',
        '0',
        round(compare.min / 1000),
        round(compare.median / 1000),
        '–',
        String(compare.count),
      ],
    ],
  );
}

/** The whole page. */
export function page(results: Results, { date, cpu, memory, node, load }: Machine): string {
  const missed = aims(results).filter(({ measured, limit }) => measured >= limit);
  return `# Performance

Written by \`npm run bench\` on ${date}: ${cpu}, ${memory}, Node ${node}, load average ${load} when it began. Times are milliseconds.

${tables(results)}
${missed.length === 0 ? 'Nothing misses its aim.' : `Missed: ${missed.map(({ what }) => what).join('; ')}.`}
With so few runs the p99 is close to the slowest of all, which tells about the machine as much as about the program. With a load average above the number of cores, all times are too long by what
others take: the best of the runs is then closer to what an idle machine shows.

## What is measured

- **zip**: the file that \`npm run package\` wrote and a deployment uploads: one minified bundle and the configuration.
- **import**: each zip is unzipped outside the repository, and its handler imported by a fresh process of Node, without a compile cache; the clock runs in that process around \`import()\`. Reading and
  compiling the file, all modules' top level, and reading and checking the configuration are counted. So are, for \`slack\`, the two secrets that it waits for (the signing secret and the bot token, at
  once, from a server on the loopback); \`askApprover\` and \`report\` start to read theirs and don't wait. Node's own start (some tens of milliseconds) is not, nor is what Lambda does before and around it: fetching the
  zip, starting the environment. Lambda's processors differ; the empty handler's line is the floor to compare with. The bundles take turns, so that noise hits all alike.
- **through the sandbox**: one \`node sandbox/main.ts\` in a process of its own, spoken to over HTTP; functions are warm, and the first runs aren't counted. AWS and Slack answer on the same machine within
  milliseconds, and their work is in the numbers, as is the sandbox's (HTTP API, a thread a function, signatures checked, policies evaluated): what is missing is the network. The refused request goes the
  same way and does nothing, so it is the base line for the acknowledgements; the loopback's round trip is the base line for that.
- **acknowledged**: from posting the signed request until its answer is read. The modal is opened in Slack before that (\`views.open\`), since Lambda freezes a function that has answered.
- **a submitted code at STS**: from the approver's submission of the modal until \`sts:AssumeRole\` stands in the sandbox's log of calls. In between, the Slack function checks the submission, seals the code and
  resumes the flow; CheckUnchanged looks at the bucket once more; Elevate opens the code, reads the approver's key and writes down that it starts. Measured in rehearsals, which take the same way.

- **people at once**: so many people each ask for a bucket of their own, all within ten seconds, and every fourth of them approves four others' requests, each with a code of its own: four answers and one
  deletion a person. Between two clicks they take 2 to 10 seconds, evenly spread, to read. Clients, Slack, AWS and the functions share the machine's processors; the sandbox runs four environments a function, and lets
  functions that nobody waits for run as many at a time as there are processors. *Lost* are buckets that are still there or have no request; *doubled* requests, sessions, deletions and messages that
  one bucket has two of; *left open* requests that are not closed, and locks that are still held, when all is over.

- **guards**: \`interlock guard check --pattern … --json\` in a process of its own, Node's start included, eight buckets at a time; each guard is whole and hardened, for one user. *The calls alone* is a
  process that asks the same of AWS, as many at once, and throws the answers away: what the sandbox needs to answer is in both. Memory is the most that the process held (resident).

## What keeps it small

- Bolt loads what no function reaches, other receivers' Express, Socket Mode and OAuth: \`resources/not-bundled.cjs\` stands for them.
- Of the AWS Encryption SDK and of the SDK's credential chain only what is used is bundled, and \`node:http\` is required, not imported, since an import of it evaluates Node's own undici
  (\`resources/esbuild.js\`).
- What is left of the Slack function's start is spread thin: compiling one megabyte, the SDK's clients, zod, parsing YAML, the Encryption SDK's elliptic curves.
`;
}

const times = ({ min, median, p99, count }: Summary): string[] => [round(min), round(median), round(p99), String(count)];

import { helpMessage, homeView, type Listed, statusMessage } from '../../src/slack/views/status.ts';
import { aRequest } from '../helpers/models.ts';
import { read, readView } from '../helpers/read.ts';

const waits: Listed = { request: aRequest(), state: 'waiting' };

describe('/delete-bucket help reads', () => {
  test('as an explanation', () => {
    expect(read(helpMessage())).toMatchInlineSnapshot(`
"(/delete-bucket asks for an S3 bucket to be deleted, /purge-versions for old versions in it, /guard-bucket for its guard to be changed)
*How it works*
\`/delete-bucket <name>\` asks for a bucket to be deleted, \`/purge-versions <name>\` for old versions in it to be, \`/guard-bucket <name>\` for its guard to be put on, changed or taken off. An approver sees it here in Slack and approves it with a code from their MFA device, which AWS itself checks. You hear how it ends.
\`/delete-bucket status\` lists your requests and those that wait for you.
\`/delete-bucket help\` shows this. A bucket named “help” or “status”: type \`s3://help\`.
A guarded bucket can be deleted only so; the hardened guard keeps others from taking it off, too.
Only an empty bucket can be deleted: tick *Empty it first* to have all that it holds deleted before, old versions too, and *Keep the empty bucket* to leave it at that.
Tick *Rehearse* to go through everything but the change itself."
`);
  });
});

describe('/delete-bucket status reads', () => {
  test('where there is nothing', () => {
    expect(read(statusMessage({ mine: [], forMe: [] }))).toMatchInlineSnapshot(`
"(Your requests, and those that wait for you)
*Waiting for you*
Nothing waits for you.
*Your requests*
You have asked for nothing yet. \`/delete-bucket <name>\` asks for a bucket to be deleted, \`/purge-versions <name>\` for old versions in it to be, \`/guard-bucket <name>\` for its guard to be put on, changed or taken off."
`);
  });

  test('with requests in each state', () => {
    const mine: Listed[] = [
      { request: aRequest(), state: 'started' },
      { request: aRequest({ rehearsal: true }), state: 'decided' },
      { request: aRequest(), state: 'closed', outcome: 'deleted', closedAt: '2026-11-02T11:04:00.000Z' },
      { request: aRequest(), state: 'closed', outcome: 'failed' },
    ];
    expect(read(statusMessage({ mine, forMe: [waits], channel: 'C0APPROVALS' }))).toMatchInlineSnapshot(`
"(Your requests, and those that wait for you)
*Waiting for you* in #C0APPROVALS
\`team-scratch\`, asked by @riya 2026-11-02 09:00 UTC
*waits for an approver*, until 2026-11-02 17:00 UTC · req-abcdefghij23
*Your requests*
\`team-scratch\`, asked by @riya 2026-11-02 09:00 UTC
*being looked at*, until 2026-11-02 17:00 UTC · req-abcdefghij23
\`team-scratch\` (rehearsal), asked by @riya 2026-11-02 09:00 UTC
*being worked on*, until 2026-11-02 17:00 UTC · req-abcdefghij23
\`team-scratch\`, asked by @riya 2026-11-02 09:00 UTC
*deleted* 2026-11-02 11:04 UTC · req-abcdefghij23
\`team-scratch\`, asked by @riya 2026-11-02 09:00 UTC
*failed* · req-abcdefghij23"
`);
  });

  test('with ten of many', () => {
    const lines = read(statusMessage({ mine: Array.from({ length: 14 }, () => waits), forMe: [] })).split('\n');
    expect(lines.filter((line) => line.includes('asked by'))).toHaveLength(10);
    expect(lines.at(-1)).toBe('and 4 more');
  });
});

test('App Home shows the status and the help', () => {
  const home = readView(homeView({ mine: [], forMe: [waits] }));
  expect(home.startsWith('Interlock\n*Waiting for you*\n')).toBe(true);
  expect(home).toContain(read(helpMessage()).split('\n').slice(-3).join('\n'));
});

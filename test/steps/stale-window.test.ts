import { echoed } from '../../sandbox/slack/echo.ts';
import { Secret } from '../../src/secret.ts';
import { approveModal } from '../../src/slack/views/approve.ts';
import { createDesk } from '../../src/steps/desk.ts';
import { aConfig, aRequest, someFacts } from '../helpers/models.ts';

const request = aRequest();
const asked = { ...request, state: 'waiting', attempt: 2, facts: someFacts(), notes: [], sealedToken: 'sealed' };

/** alice gives a code, and then a reason, in a window of that asking; gives what she hears of both. */
async function submit(attempt: number, views: Record<string, string>) {
  // Nothing is opened, sealed or written: what it would be done with is missing.
  const desk = createDesk({
    config: aConfig(),
    requests: { get: async () => ({ ...asked, views }) },
    now: () => Date.parse(request.askedAt),
  } as never);
  const window = { requestId: request.requestId, user: 'U0ALICE', team: request.team, viewId: 'V1', attempt, now: '', view: {} };
  const heard = [
    await desk.approve({ ...window, code: '138502', bucketName: request.bucket }),
    await desk.reject({ ...window, reason: 'no' }),
  ];
  return heard.map((one) => ('over' in one ? one.over : 'taken'));
}

describe('a window in which nothing can be decided any more', () => {
  it('since it was asked anew, as by a reminder, says that', async () => {
    const said = expect.stringContaining('Nothing was used: it was asked anew meanwhile.');
    expect(await submit(1, {})).toEqual([said, said]);
    expect(await submit(1, { U0ALICE: 'V1' })).toEqual([said, said]);
  });

  it.each<[string, Record<string, string>]>([
    ['another was opened since', { U0ALICE: 'V2' }],
    ['it was opened for somebody else', { U0BOB: 'V1' }],
  ])('since %s says that it is not the one', async (_, views) => {
    const said = expect.stringContaining('not the window that Interlock opened for you last');
    expect(await submit(2, views)).toEqual([said, said]);
  });

  it('since another asking was approved while it was submitted gives its code to nobody: it was sealed for the earlier one', async () => {
    const row = { ...asked, views: { U0ALICE: 'V1' } };
    const decision = { verdict: 'approved', by: 'U0ALICE', attempt: 3, at: request.askedAt, why: '', previous: '', viewId: 'V2' };
    const rows = [row, { ...row, attempt: 3, state: 'decided', decision }];
    const desk = createDesk({
      config: aConfig(),
      requests: { get: async () => rows.shift(), decided: async () => rows.length === 0 },
      seals: { seal: async () => 'sealed', open: async () => new Secret('token') },
      // It is passed on to nobody: no flow is there.
      now: () => Date.parse(row.facts.lookedAt),
    } as never);
    const now = row.facts.lookedAt;
    const view = echoed({
      ...approveModal({ request: row, facts: row.facts, attempt: 2, notes: [], now, unlimited: false }),
      id: 'V1',
    } as never);
    const window = { requestId: request.requestId, user: 'U0ALICE', team: request.team, viewId: 'V1', attempt: 2, now, view };
    expect(await desk.approve({ ...window, code: '138502', bucketName: request.bucket })).toEqual({
      ok: false,
      over: 'has approved it already.',
      who: 'U0ALICE',
    });
  });
});

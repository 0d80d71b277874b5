/** Who may is decided with the configuration that is deployed now: at the click, at each look, and before a code is sent. */
import type { Config } from '../../src/config.ts';
import { Secret } from '../../src/secret.ts';
import { ask } from '../../src/steps/ask.ts';
import { createDesk } from '../../src/steps/desk.ts';
import { elevate } from '../../src/steps/elevate.ts';
import { inspect } from '../../src/steps/inspect.ts';
import { aConfig, anApprover, aRequest, aRule, someFacts } from '../helpers/models.ts';

// Whatever would go on throws: nothing of it may be touched.
const never = () => {
  throw new Error('something went on that nobody may have');
};
const nothing = new Proxy({}, { get: never });
const request = aRequest();
const now = () => Date.parse(request.askedAt) + 1000;
const step = { execution: request.requestId, enteredAt: request.askedAt, request };
const [facts, notes] = [someFacts(), []];
const answer = {
  verdict: 'approved' as const,
  ...{ why: '', slackUser: 'U0ALICE', approver: 'alice', attempt: 1, sealedCode: 'sealed', auditHead: 'a' },
};

/** What may have been deployed since alice could approve it. */
const DEPLOYED: [string, Config][] = [
  ['names her no more', aConfig({ rules: [aRule({ approvers: ['bob'] })] })],
  ['has no rule for the bucket', aConfig({ rules: [aRule({ buckets: 'other-*' })] })],
  ['has another rule before hers', aConfig({ rules: [aRule({ buckets: 'team-scr*', approvers: ['bob'] }), aRule()] })],
  [
    'gives her name to somebody else',
    aConfig({ approvers: { alice: anApprover('alice', { slackUser: 'U0MALLORY' }), bob: anApprover('bob') } }),
  ],
];

describe('a configuration that', () => {
  it.each(DEPLOYED)('%s opens no window for her', async (_, config) => {
    const row = { ...request, state: 'waiting', attempt: 1, facts, notes };
    const desk = createDesk({ ...nothing, config, requests: { get: async () => row }, now } as never);
    const click = { requestId: request.requestId, user: 'U0ALICE', team: request.team };
    expect(await desk.consider({ ...click, to: 'approve' })).toMatchObject({ ok: false });
    expect(
      await desk.approve({ ...click, viewId: 'V1', attempt: 1, now: '', view: {}, code: '138502', bucketName: request.bucket }),
    ).toMatchObject({
      ok: false,
    });
  });

  it.each(DEPLOYED)('%s sends no code of hers', async (_, config) => {
    const audit = { record: async () => ({ head: 'head', first: true }) };
    const parts = {
      ...{ config, audit, now, deletionRoleArn: '' },
      attempts: { ...nothing, begin: async () => ({ mine: true }) },
      approvers: nothing,
      seals: { open: async () => new Secret('138502') },
      secrets: nothing,
    } as never;
    expect(await elevate({ ...step, facts, notes, emptying: null, answer }, parts)).toMatchObject({
      verdict: 'stopped',
      why: expect.stringContaining('The code was not used'),
    });
  });

  it.each(['inspect', 'check'] as const)('has no rule for the bucket ends the request at the look (%s)', async (kind) => {
    const seals = { open: async () => new Secret(JSON.stringify(request)), seal: never };
    const input = { ...step, step: kind, sealedRequest: 'sealed', shown: { facts, notes }, answer: null, elevation: null, emptying: null };
    const config = aConfig({ rules: [aRule({ buckets: 'other-*' })] });
    expect(await inspect(input, { config, stage: 'sandbox', seals, look: never, find: never, now })).toMatchObject({ verdict: 'refused' });
  });
});

describe('who may not ask', () => {
  it.each([
    ['a rule names others', { requesters: ['U0RIYA'] }, { inChannel: true, groups: [] }],
    ['they are not in the channel', {}, { inChannel: false, groups: [] }],
  ])('hears the same of every bucket, where %s: nothing is looked at', async (_, rule, standing) => {
    const parts = { ...{ config: aConfig({ rules: [aRule(rule)] }), standing: async () => standing, now } };
    const heard = (bucket: string) =>
      ask({ bucket, kind: 'delete', reason: 'x', rehearsal: false, user: 'U0MALLORY', team: request.team, viewId: 'V1' }, {
        ...parts,
        requests: nothing,
        locks: nothing,
        audit: nothing,
        seals: nothing,
        flow: nothing,
      } as never);
    const [one, other] = [await heard('team-scratch'), await heard('team-nowhere')];
    expect(one).toMatchObject({ ok: false });
    expect(JSON.stringify(other).replaceAll('team-nowhere', 'team-scratch')).toBe(JSON.stringify(one));
  });
});

import { Secret } from '../../src/secret.ts';
import { ask } from '../../src/steps/ask.ts';
import { deleteOrRehearse } from '../../src/steps/delete-bucket.ts';
import { elevate } from '../../src/steps/elevate.ts';
import { inspect } from '../../src/steps/inspect.ts';
import { aConfig, anAnswer, anElevation, aRequest, someFacts } from '../helpers/models.ts';

// Everything that would go on throws: paused, nothing may be touched.
const never = () => {
  throw new Error('something went on while paused');
};
const nothing = new Proxy({}, { get: never });
const config = aConfig({ paused: true });
const request = aRequest();
const now = () => Date.parse(request.askedAt) + 1000;
const step = { execution: request.requestId, enteredAt: request.askedAt, request };
const audit = { record: async () => ({ head: 'head', first: true }) };
const answer = anAnswer();

describe('paused, Interlock', () => {
  it('takes no new request, and says so', async () => {
    const parts = { ...(nothing as object), config, standing: async () => ({ inChannel: true, groups: [] }), now } as never;
    const asked = await ask(
      { bucket: request.bucket, kind: 'delete', reason: 'x', rehearsal: false, user: 'U0RIYA', team: 'T0INTERLOCK', viewId: 'V1' },
      parts,
    );
    expect(asked).toMatchObject({ ok: false, why: expect.stringContaining('paused by its operators') });
  });

  it.each(['inspect', 'check'] as const)('stops a running flow that would %s', async (kind) => {
    const seals = { open: async () => new Secret(JSON.stringify(request)), seal: never };
    const input = {
      ...step,
      step: kind,
      sealedRequest: 'sealed',
      shown: { facts: someFacts(), notes: [] },
      answer: null,
      elevation: null,
      emptying: null,
    };
    expect(await inspect(input, { config, stage: 'sandbox', seals, look: never, find: never, now })).toMatchObject({
      verdict: 'stopped',
      why: expect.stringContaining('paused'),
    });
  });

  it('uses no code', async () => {
    const parts = {
      config,
      audit,
      now,
      deletionRoleArn: '',
      attempts: { ...nothing, begin: async () => ({ mine: true }) },
      approvers: nothing,
      seals: { open: async () => new Secret('138502') },
      secrets: nothing,
    } as never;
    expect(await elevate({ ...step, facts: someFacts(), notes: [], emptying: null, answer }, parts)).toMatchObject({
      verdict: 'stopped',
      why: expect.stringMatching(/^Interlock is paused.* The code was not used\.$/),
    });
  });

  it.each([false, true])('uses no session (rehearse: %s)', async (rehearse) => {
    const elevation = anElevation();
    const parts = { config, audit, seals: nothing, deleteBucket: never, tryRead: never, now } as never;
    expect(
      await deleteOrRehearse({ ...step, rehearse, answer, elevation, facts: someFacts(), found: null, emptying: null }, parts),
    ).toMatchObject({
      verdict: 'stopped',
      why: expect.stringContaining('paused'),
    });
  });
});

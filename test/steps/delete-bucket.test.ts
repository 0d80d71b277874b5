import type { DeleteResult } from '../../src/aws/bucket.ts';
import type { SealContext } from '../../src/aws/sealed.ts';
import type { Config } from '../../src/config.ts';
import type { Emptying } from '../../src/domain/emptying.ts';
import { type Found, KINDS, type Kind } from '../../src/domain/request.ts';
import { TryAgain } from '../../src/errors.ts';
import { Secret } from '../../src/secret.ts';
import { deleteOrRehearse } from '../../src/steps/delete-bucket.ts';
import { aPlan } from '../helpers/emptying-steps.ts';
import { aConfig, anAnswer, anElevation, aRequest, someFacts } from '../helpers/models.ts';

const [GIVEN, ENDS] = ['2026-11-02T09:05:00.000Z', '2026-11-02T09:20:00.000Z'];
const answer = anAnswer();
const elevation = anElevation();

/** The plan that found nothing left. */
const EMPTY = aPlan({ verdict: 'empty', pass: 2, auditHead: 'emptied' });

interface Given {
  kind?: Kind;
  emptying?: Emptying;
  /** What S3 makes of it. */
  result?: DeleteResult;
  found?: Found;
  rehearse?: boolean;
  /** Was it begun before? */
  again?: boolean;
  /** The entry of the trail that can't be written. */
  fails?: string;
  config?: Config;
  now?: string;
}

/** Runs the state; gives what it says, or throws, and how often S3 was called. */
function run({
  kind = 'delete',
  emptying,
  result = 'done',
  found,
  rehearse = false,
  again = false,
  fails,
  config = aConfig(),
  now = '2026-11-02T09:10:00.000Z',
}: Given) {
  const request = aRequest({ kind, rehearsal: rehearse });
  const calls: string[] = [];
  const opened: SealContext[] = [];
  const entries: { entry: string; previous: string }[] = [];
  const times: string[] = [];
  const call = (name: string) => async () => {
    calls.push(name);
    return result;
  };
  const audit = {
    async record({ entry, previous, at }: { entry: string; previous: string; at: string }) {
      entries.push({ entry, previous });
      times.push(at);
      if (fails && entry.endsWith(fails)) throw new TryAgain('DynamoDB has too much to do.');
      return { head: entry, first: !again };
    },
  };
  const seals = {
    async open(_: string, context: SealContext) {
      opened.push(context);
      return new Secret(JSON.stringify({ givenAt: GIVEN, expiresAt: ENDS }));
    },
  };
  const parts = { config, audit, seals, deleteBucket: call('delete'), tryRead: call('read'), now: () => Date.parse(now) };
  const input = { execution: request.requestId, enteredAt: now, request, answer, elevation, facts: someFacts() };
  const work = deleteOrRehearse({ ...input, rehearse, found: found ?? null, emptying: emptying ?? null }, parts as never);
  return { calls, work, opened, entries, times };
}

describe('a deletion', () => {
  it.each<[string, Given, string]>([
    ['S3 says that it did nothing', { result: 'busy' }, 'TryAgain'],
    ['S3 gave no answer', { result: 'lost' }, 'AnswerLost'],
    ['S3 gave no answer, again', { result: 'lost', found: 'there', again: true }, 'AnswerLost'],
    ['it was done, and could not be written down', { fails: '5-deleted' }, 'AnswerLost'],
    ['nothing was begun, since it could not be written down', { fails: '4-deleting' }, 'TryAgain'],
  ])('is left to the state machine where %s', async (_, given, name) => {
    await expect(run(given).work).rejects.toMatchObject({ name });
  });

  it.each<[string, Given, string]>([
    ['is gone', { found: 'gone' }, ''],
    ['was made anew', { found: 'madeAnew' }, 'was made anew since'],
    ['is gone, and Interlock was paused meanwhile', { found: 'gone', config: aConfig({ paused: true }) }, ''],
  ])('is done, and not sent again, where the bucket %s', async (_, given, why) => {
    const { work, calls } = run({ ...given, again: true });
    expect(await work).toMatchObject({ verdict: 'deleted', why: expect.stringContaining(why), auditHead: '001-5-deleted' });
    expect(calls).toEqual([]);
  });

  it.each<DeleteResult>(['done', 'absent'])('is sent again where the bucket is there, and done where S3 says %s', async (result) => {
    const { work, calls } = run({ found: 'there', again: true, result });
    expect(await work).toMatchObject({ verdict: 'deleted', why: '' });
    expect(calls).toEqual(['delete']);
  });

  it('is not sent again once its session is over', async () => {
    const { work, calls } = run({ found: 'there', again: true, now: ENDS });
    expect(await work).toMatchObject({ verdict: 'refused', why: expect.stringContaining('The session ended') });
    expect(calls).toEqual([]);
  });

  it('bears in the trail the time at which its session was given, also where it is entered once more; of an emptying, that of the last plan', async () => {
    const timesOf = async (given: Given) => {
      const { work, times } = run(given);
      await work;
      return times;
    };
    expect(await timesOf({})).toEqual([GIVEN, GIVEN]);
    expect(await timesOf({ found: 'there', again: true, now: '2026-11-02T09:12:00.000Z' })).toEqual([GIVEN, GIVEN]);
    expect(await timesOf({ kind: 'empty-delete', emptying: EMPTY })).toEqual([EMPTY.at, EMPTY.at]);
  });

  it('of a bucket that somebody else deleted first is refused', async () => {
    expect(await run({ result: 'absent' }).work).toMatchObject({
      verdict: 'refused',
      why: expect.stringContaining('somebody else was first'),
    });
  });
});

describe('the deletion of a bucket that was emptied', () => {
  const emptied = { kind: 'empty-delete', emptying: EMPTY } as const;

  it('is done with the session that emptied it, and follows the last plan in the trail', async () => {
    const { work, opened, entries } = run(emptied);
    expect(await work).toMatchObject({ verdict: 'deleted', why: '' });
    expect(opened).toMatchObject([{ kind: 'empty-delete', rehearsal: false }]);
    expect(entries).toEqual([
      { entry: '001-4-emptying-0002-4-deleting', previous: 'emptied' },
      { entry: '001-4-emptying-0002-5-deleted', previous: '001-4-emptying-0002-4-deleting' },
    ]);
  });

  it('says that something was written since, so that it is emptied again; nobody’s deletion says that who asked for no emptying', async () => {
    expect(await run({ ...emptied, result: 'notEmpty' }).work).toEqual({
      verdict: 'notEmpty',
      why: '',
      auditHead: '001-4-emptying-0002-5-notEmpty',
    });
    expect(await run({ result: 'notEmpty' }).work).toMatchObject({
      verdict: 'refused',
      why: expect.stringContaining('Something was written to team-scratch'),
    });
  });

  it('is refused where S3 knows of access points that the look couldn’t see, and is left empty', async () => {
    expect(await run({ ...emptied, result: 'accessPoints' }).work).toMatchObject({
      verdict: 'refused',
      why: expect.stringContaining('they are another account’s, or new. Have them deleted'),
    });
  });

  it('is refused where somebody else deleted it after the last plan, and done where it did so itself', async () => {
    expect(await run({ ...emptied, result: 'absent' }).work).toMatchObject({ verdict: 'refused' });
    expect(await run({ ...emptied, result: 'absent', again: true }).work).toMatchObject({ verdict: 'deleted' });
  });

  it('is not begun while Interlock is paused', async () => {
    const { work, calls } = run({ ...emptied, config: aConfig({ paused: true }) });
    expect(await work).toMatchObject({ verdict: 'stopped', auditHead: 'emptied' });
    expect(calls).toEqual([]);
  });
});

describe('the session of a deletion', () => {
  it.each(KINDS)('is opened where it was given for one, whatever the request says (%s)', async (kind) => {
    const { work, opened } = run({ kind });
    await work;
    expect(opened).toMatchObject([{ kind: kind === 'empty-delete' ? 'empty-delete' : 'delete', rehearsal: false }]);
  });
});

describe('a rehearsal', () => {
  it.each<[Kind, string]>([
    ['delete', 'deleted it'],
    ['empty-delete', 'emptied and deleted it'],
    ['empty', 'emptied it'],
    ['guard-off', 'changed its guard'],
  ])('of %s reads, with its own session, and says what would have come', async (kind, would) => {
    const { work, calls, opened } = run({ kind, rehearse: true });
    expect(await work).toMatchObject({ verdict: 'rehearsed', why: expect.stringContaining(`would have ${would} now.`) });
    expect(opened).toMatchObject([{ kind, rehearsal: true }]);
    expect(calls).toEqual(['read']);
  });

  it.each<[string, Given]>([
    ['S3 gave no answer', { result: 'lost' }],
    ['what came of it could not be written down', { fails: '5-rehearsed' }],
  ])('is tried again as it is where %s', async (_, given) => {
    const { work, calls } = run({ ...given, rehearse: true });
    await expect(work).rejects.toMatchObject({ name: 'TryAgain' });
    expect(calls).toEqual(['read']);
  });
});

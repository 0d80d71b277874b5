import type { Work } from '../../src/domain/request.ts';
import { progress, tally } from '../helpers/emptying-steps.ts';
import { aConfig } from '../helpers/models.ts';
import { emptying, left, NOTHING, named } from '../helpers/planned.ts';

describe('what can’t be emptied', () => {
  it.each([
    ['by a worker', true],
    ['in the look', false],
  ])('since AWS denies it (%s) is refused, with what went', async (_, byWorker) => {
    const { next, plans } = emptying('empty');
    await next(left(['a']));
    plans.end({ progress: progress({ done: tally({ versions: 1 }) }), end: byWorker ? 'denied' : 'done' });
    expect(await next(byWorker ? left(['b']) : named('AccessDenied'))).toMatchObject({
      verdict: 'refused',
      why: expect.stringMatching(/^AWS denied it to the approved session: .* 1 version of team-scratch went; the rest stays\.$/),
    });
  });

  it('since it can’t be written down is refused, with who sees to it', async () => {
    const { next, plans } = emptying('empty', aConfig({ archive: { bucket: 'kept-lists', prefix: 'went' } }));
    await next(left(['a']));
    plans.end({ progress: progress(), end: 'unarchived' });
    expect(await next(left(['a']))).toMatchObject({
      verdict: 'refused',
      why: expect.stringMatching(/^The list of what goes can’t be written to s3:\/\/kept-lists\/went\/, .* An operator sees to it/),
    });
  });

  it('names the first of those that S3 keeps, how many there are, and what went', async () => {
    const { next, plans } = emptying('empty');
    await next(left(['a']));
    const kept = Array.from({ length: 10 }, (_, at) => ({ key: `k${at}`, versionId: 'v', code: 'AccessDenied' }));
    plans.end({ progress: progress({ done: tally({ versions: 5 }), kept, keptCount: 1234 }), end: 'kept' });
    const { verdict, why } = await next(left(['a']));
    expect(verdict).toBe('refused');
    expect(why).toMatch(
      /^S3 did not delete 1,234 versions: “k0” \(AccessDenied\), “k1” \(AccessDenied\), “k2” \(AccessDenied\) and 1,231 more\. A policy forbids it, or Object Lock keeps them\. 5 versions of/,
    );
  });

  it('says of a single one which it is, and where to look its code up', async () => {
    const { next, plans } = emptying('empty');
    await next(left(['a']));
    plans.end({ progress: progress({ kept: [{ key: 'k', versionId: 'v', code: 'Odd' }], keptCount: 1 }), end: 'kept' });
    expect((await next(left(['a']))).why).toMatch(/^S3 did not delete 1 version: “k” \(Odd\)\. Look them up/);
  });

  it('is gone already: it is for the deletion to say so, and of a bucket that was to stay it is refused', async () => {
    expect(await emptying('empty-delete').next(named('NoSuchBucket'))).toMatchObject({ verdict: 'empty' });
    expect(await emptying('empty').next(named('NoSuchBucket'))).toMatchObject({
      verdict: 'refused',
      why: expect.stringContaining('somebody else deleted it'),
    });
  });

  it('is thrown where S3 fails in a way that says nothing', async () => {
    await expect(emptying().next(named('InternalError'))).rejects.toThrow('InternalError');
  });
});

describe('a bucket to which somebody writes all the while', () => {
  const full = left(['logs/1', 'logs/2', 'other'], { uploads: 1 });

  it('is refused after three rounds in which all went that was there, with where it is written to (FC-41)', async () => {
    const { next, plans } = emptying('empty');
    for (let round = 0; round <= 3; round += 1) {
      expect(await next(full)).toMatchObject({ verdict: 'divided', pass: round + 1 });
      plans.end({ progress: progress({ done: tally({ versions: 3 }) }), end: 'done' });
    }
    const { verdict, why } = await next(full);
    expect(verdict).toBe('refused');
    expect(why).toBe(
      'Something writes to team-scratch again and again: after 3 rounds it still holds 3 versions and markers, 1 unfinished upload, under “logs/” (2), “other” (1). Stop what writes there, then ask again. 12 versions of team-scratch went; the rest stays.',
    );
  });

  it('is emptied again where its deletion finds something, three times', async () => {
    const { next, plans } = emptying();
    const work: Work = { verdict: 'notEmpty', why: '', auditHead: 'found' };
    await next(left(['a']));
    plans.end({ progress: progress({ done: tally({ versions: 1 }) }), end: 'done' });
    for (let round = 0; round < 3; round += 1) {
      expect(await next(NOTHING, round === 0 ? null : work)).toMatchObject({ verdict: 'empty' });
    }
    expect(await next(NOTHING, work)).toMatchObject({ verdict: 'refused', why: expect.stringContaining('nothing is listed in it') });
  });

  it('goes on for ever where each pass is cut short and something goes in each', async () => {
    const { next, plans } = emptying();
    for (let pass = 0; pass < 20; pass += 1) {
      expect(await next(full)).toMatchObject({ verdict: 'divided' });
      plans.end({ progress: progress({ done: tally({ versions: 1 }) }), end: 'more' });
    }
  });

  it('does not go on for ever where nothing goes', async () => {
    for (const end of ['failed', 'more', null] as const) {
      const { next, plans } = emptying();
      let passes = 0;
      for (; (await next(full)).verdict === 'divided'; passes += 1) plans.end({ end });
      expect(passes).toBe(4);
      expect(plans.last_?.result).toMatchObject({ verdict: 'refused' });
    }
  });
});

import { progress, SESSION, tally } from '../helpers/emptying-steps.ts';
import { emptying, left, NOTHING } from '../helpers/planned.ts';

describe('a purge', () => {
  const stays = left(['logs/1', 'logs/2']);

  it('looks under its prefix, at versions alone, with a session that was given for a purge', async () => {
    const { next, looks, opened } = emptying('purge');
    expect(await next(stays)).toMatchObject({ verdict: 'divided' });
    expect(looks).toMatchObject([[{ bucket: 'team-scratch', prefix: 'logs/', uploads: false }, SESSION]]);
    expect(opened).toMatchObject([{ kind: 'purge', rehearsal: false }]);
  });

  it('has gone once a pass finds nothing more of what was to go, whatever stays', async () => {
    const { next, plans } = emptying('purge');
    await next(stays);
    plans.end({ progress: progress({ done: tally({ versions: 5, bytes: 9 }) }), end: 'done' });
    expect(await next(stays)).toMatchObject({ verdict: 'divided', pass: 2 });
    plans.end({ end: 'done' });
    expect(await next(stays)).toMatchObject({
      verdict: 'purged',
      pass: 3,
      done: { versions: 5, bytes: 9 },
      // Nobody sees whether it was switched off for this.
      why: 'If MFA Delete was switched off for this, root switches it on again: npx --no interlock mfa-delete on team-scratch.',
    });
  });

  it('has gone where there is nothing at all, and after some passes where more comes all the while', async () => {
    expect(await emptying('purge').next(NOTHING)).toMatchObject({ verdict: 'purged', done: tally({}) });
    const { next, plans } = emptying('purge');
    let passes = 0;
    for (; (await next(stays)).verdict === 'divided'; passes += 1)
      plans.end({ progress: progress({ done: tally({ versions: 1 }) }), end: 'done' });
    expect([passes, plans.last_?.result.verdict]).toEqual([4, 'purged']);
  });

  const pieces = (...bounds: string[]) =>
    ['', ...bounds].map((after, at) => ({ after, upTo: bounds[at] ?? null, weight: 1, exact: true, cuts: [`${after}~`] }));
  const many = left(['logs/1', 'logs/2'], { more: true });

  it.each(['failed', 'more', null] as const)(
    'goes on behind what it got to, where a stretch was not gone through (%s), though nothing went',
    async (end) => {
      const { next, plans, state } = emptying('purge');
      state.pieces = pieces('logs/g', 'logs/p');
      await next(many);
      const begun = { tally: tally({ versions: 3 }), key: 'logs/k', versionId: '' };
      plans.end(
        { end: 'done' },
        { progress: progress({ parts: [{ after: 'logs/j', upTo: 'logs/p', begun }] }), end },
        { progress: progress(), end },
      );
      expect(await next(many)).toMatchObject({ verdict: 'divided', pass: 2, last: 1 });
      expect(plans.rows.get(2)).toMatchObject([
        { after: 'logs/j', upTo: 'logs/p', progress: { parts: [{ after: 'logs/j', upTo: 'logs/p', begun }] }, end: null },
        { after: 'logs/p', upTo: null, progress: { parts: null }, end: null },
      ]);
      plans.end({ end: 'done' });
      expect(await next(many)).toMatchObject({ verdict: 'purged', pass: 3 });
    },
  );

  it('goes through all of it once more where something went in any pass, and so only once all of it was gone through', async () => {
    const { next, plans, state } = emptying('purge');
    state.pieces = pieces('logs/g');
    await next(many);
    plans.end(
      { progress: progress({ done: tally({ versions: 1 }), parts: [{ after: 'logs/c', upTo: 'logs/g', begun: null }] }), end: 'more' },
      { end: 'done' },
    );
    expect(await next(many)).toMatchObject({ verdict: 'divided', last: 0 });
    plans.end({ end: 'done' });
    expect(await next(many)).toMatchObject({ verdict: 'divided', pass: 3, last: 1 });
    plans.end({ end: 'done' });
    expect(await next(many)).toMatchObject({ verdict: 'purged', done: { versions: 1 } });
  });

  it('goes on there with a fresh code too', async () => {
    const { next, plans, state, anew } = emptying('purge');
    state.pieces = pieces('logs/g');
    await next(many);
    plans.end({ progress: progress({ parts: [{ after: 'logs/c', upTo: 'logs/g', begun: null }] }), end: 'sessionEnded' }, { end: 'done' });
    expect(await next(many)).toMatchObject({ verdict: 'sessionEnded' });
    anew();
    expect(await next(many)).toMatchObject({ verdict: 'divided', pass: 3, last: 0 });
    expect(plans.rows.get(3)).toMatchObject([{ after: 'logs/c', upTo: 'logs/g' }]);
    plans.end({ end: 'done' });
    state.now = Date.parse(SESSION.expiresAt) - 1000;
    expect(await next(many)).toMatchObject({ verdict: 'sessionEnded' });
    anew();
    state.now = Date.parse(SESSION.expiresAt) - 1_000_000;
    expect(await next(many)).toMatchObject({ verdict: 'divided', pass: 5, last: 1 });
  });

  it('goes on in the middle of a key, however many passes its versions take', async () => {
    const { next, plans } = emptying('purge');
    await next(stays);
    for (let passes = 1; passes < 9; passes += 1) {
      const within = { key: 'logs/1', noncurrent: 1000 * passes, last: 2, since: 3, versionId: `v${passes}` };
      const part = { after: '', upTo: null, within, begun: null };
      plans.end({ progress: progress({ parts: [part] }), end: 'more' });
      expect(await next(stays)).toMatchObject({ verdict: 'divided' });
      expect(plans.rows.get(passes + 1)).toEqual([{ after: '', upTo: null, progress: progress({ parts: [part] }), end: null }]);
    }
  });

  it('is refused after some passes of which nothing comes, and says where to look', async () => {
    const { next, plans } = emptying('purge');
    let passes = 0;
    for (; (await next(stays)).verdict === 'divided'; passes += 1) plans.end({ end: 'failed' });
    expect(passes).toBe(4);
    expect(plans.last_?.result).toMatchObject({
      verdict: 'refused',
      why: expect.stringMatching(/^Purging team-scratch failed again and again/),
    });
  });
});

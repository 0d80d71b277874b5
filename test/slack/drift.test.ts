import type { Remarked, Worse } from '../../src/domain/guard-drift.ts';
import { driftMessage } from '../../src/slack/views/drift.ts';
import { read } from '../helpers/read.ts';

const worse: Worse[] = [
  { bucket: 'guarded-a', trouble: 'guard', remarks: ['It has no guard: whoever may delete buckets can delete it.'] },
  {
    bucket: 'guarded-b',
    trouble: 'round',
    remarks: ['Lifecycle rule “old” deletes objects 30 days after they were written, guard or not.'],
    edited: true,
  },
  { bucket: 'guarded-c', trouble: 'unseen', remarks: ['It could not be looked at (AccessDenied).'] },
];

describe('the daily check’s message reads', () => {
  test('when guards are not as they should be', () => {
    expect(
      read(driftMessage({ worse, mended: ['guarded-d'], seenAgain: ['guarded-e'], gone: ['guarded-f'], checked: 1214, stage: 'prod' })),
    ).toMatchInlineSnapshot(`
":shield: The daily check of guards: 2 buckets are not guarded as they should be, 1 bucket could not be looked at, 1 bucket is guarded as it should be again, 1 bucket could be looked at again, 1 bucket is no longer there.
\`guarded-a\`: It has no guard: whoever may delete buckets can delete it.
*Mend:* \`npx --no interlock guard apply guarded-a --stage prod\`, or \`/guard-bucket guarded-a\` in Slack where the rest of its guard denies that.
\`guarded-b\`: Lifecycle rule “old” deletes objects 30 days after they were written, guard or not. *Its statements were edited since this was last told.*
*Mend:* take it away where it isn’t meant; the guard itself is whole.
\`guarded-c\`: It could not be looked at (AccessDenied).
*Mend:* see whether a statement of its policy denies the check's role to read it; passing faults are gone tomorrow.
Guarded as they should be again, with nothing that goes round it: \`guarded-d\`.
Looked at again, and guarded as they should be: \`guarded-e\`.
No longer there: \`guarded-f\`. Where no request of Interlock’s deleted it, CloudTrail says who did (\`DeleteBucket\`).
1,214 buckets checked. Told once; the next message comes when something changes."
`);
  });
  test('when they are again', () => {
    expect(
      read(driftMessage({ worse: [], mended: ['guarded-a', 'guarded-b'], seenAgain: [], gone: [], checked: 2, stage: 'prod' })),
    ).toMatchInlineSnapshot(`
":shield: The daily check of guards: 2 buckets are guarded as they should be again.
Guarded as they should be again, with nothing that goes round it: \`guarded-a\`, \`guarded-b\`.
2 buckets checked. Told once; the next message comes when something changes."
`);
  });
  test('when there are more than a message holds', () => {
    const many = Array.from({ length: 1200 }, (_, index): Remarked => ({ bucket: `guarded-${index}`, trouble: 'guard', remarks: ['x'] }));
    const mended = Array.from({ length: 25 }, (_, index) => `guarded-m${index}`);
    const [line, ...more] = read(driftMessage({ worse: many, mended, seenAgain: [], gone: [], checked: 5000, stage: 'prod' })).split('\n');
    expect([line, ...more.slice(-3)].join('\n')).toMatchInlineSnapshot(`
":shield: The daily check of guards: 1,200 buckets are not guarded as they should be, 25 buckets are guarded as they should be again.
And 1,190 buckets more, none of them graver: \`guarded-10\`, \`guarded-11\`, \`guarded-12\`, \`guarded-13\`, \`guarded-14\`, \`guarded-15\`, \`guarded-16\`, \`guarded-17\`, \`guarded-18\`, \`guarded-19\` and 1,180 buckets more. \`npx --no interlock guard check --all --stage prod\` says of all how they are.
Guarded as they should be again, with nothing that goes round it: \`guarded-m0\`, \`guarded-m1\`, \`guarded-m2\`, \`guarded-m3\`, \`guarded-m4\`, \`guarded-m5\`, \`guarded-m6\`, \`guarded-m7\`, \`guarded-m8\`, \`guarded-m9\` and 15 buckets more.
5,000 buckets checked. Told once; what is not named here is told the next day."
`);
  });
});

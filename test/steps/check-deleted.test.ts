import type { BucketHome } from '../../src/aws/buckets.ts';
import type { Request } from '../../src/domain/request.ts';
import { AnswerLost, BadInput } from '../../src/errors.ts';
import { Secret } from '../../src/secret.ts';
import { inspect } from '../../src/steps/inspect.ts';
import { aConfig, aRequest, someFacts } from '../helpers/models.ts';

const CREATED = '2026-10-01T08:00:00.000Z';
const request = aRequest();
const never = () => {
  throw new Error('looked at more than whether it is there');
};

/** Looks for the bucket of a request that was shown with this creation date, long after its window and while Interlock is paused. */
function find(home: BucketHome | 'absent' | 'foreign', createdAt: string | null = CREATED, sealed: Request = request) {
  const input = { execution: request.requestId, enteredAt: request.askedAt, request, step: 'find' as const, sealedRequest: 'sealed' };
  return inspect(
    { ...input, shown: { facts: someFacts({ createdAt }), notes: [] }, answer: null, elevation: null, emptying: null },
    {
      config: aConfig({ paused: true }),
      stage: 'sandbox',
      seals: { open: async () => new Secret(JSON.stringify(sealed)), seal: never },
      look: never,
      find: async () => home,
      now: () => Date.parse(request.expiresAt) + 1,
    },
  );
}

const madeAt = (createdAt: string | null): BucketHome => ({ bucket: request.bucket, region: 'us-east-1', createdAt });

describe('a look for the bucket whose deletion had no answer', () => {
  it.each<[string, BucketHome | 'absent' | 'foreign', string]>([
    ['gone where there is none', 'absent', 'gone'],
    ['gone where another account has the name', 'foreign', 'gone'],
    ['there where the one of that time is', madeAt(CREATED), 'there'],
    ['made anew where one of another time is', madeAt('2026-11-02T09:10:00.000Z'), 'madeAnew'],
  ])('finds it %s, whatever the time and whether paused or not', async (_, home, verdict) => {
    expect(await find(home)).toMatchObject({ verdict });
  });

  it.each([
    ['at first', madeAt(CREATED), null],
    ['afterwards', madeAt(null), CREATED],
    ['at all', madeAt(null), null],
  ])('finds nothing where the time of one was not known %s: nobody knows what came of it', async (_, home, createdAt) => {
    await expect(find(home, createdAt)).rejects.toThrow(AnswerLost);
  });

  it('is refused for a request that is not the sealed one', async () => {
    await expect(find('absent', CREATED, { ...request, bucket: 'team-other' })).rejects.toThrow(BadInput);
  });
});

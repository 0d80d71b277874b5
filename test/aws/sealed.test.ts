import fc from 'fast-check';
import { createSeals, type SealContext, type Seals } from '../../src/aws/sealed.ts';
import { KINDS } from '../../src/domain/request.ts';
import { BadInput, SealBroken, TryAgain } from '../../src/errors.ts';
import { Secret } from '../../src/secret.ts';
import { ACCOUNT, policy, type Running, startAwsForAll } from '../helpers/sandbox-aws.ts';

const VALUE = '138502';
const KEY_POLICY = policy({ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'kms:*', Resource: '*' });

let run: Running;
let seals: Seals;
let others: Seals;

beforeAll(async () => {
  run = await startAwsForAll();
  seals = createSeals(run.aws.kms.createKey({ policy: KEY_POLICY }).arn);
  others = createSeals(run.aws.kms.createKey({ policy: KEY_POLICY }).arn);
});
afterEach(() => run.faults.clear());
afterAll(() => run?.close());

type Full = Required<SealContext>;
const FULL: Full = {
  purpose: 'code',
  requestId: 'req-abcdefghij23',
  bucket: 'team-scratch',
  account: ACCOUNT,
  approver: 'alice',
  attempt: 1,
  shown: 'a'.repeat(64),
  kind: 'delete',
  rehearsal: false,
  purge: '["",30,0]',
  bypassGovernance: true,
};

const text = fc.oneof(fc.string({ minLength: 1, maxLength: 60 }), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }));
/** What each member may be. */
const MEMBERS: { [Name in keyof Full]: fc.Arbitrary<Full[Name]> } = {
  purpose: fc.constantFrom('request', 'taskToken', 'code', 'session', 'toldEnd', 'toldRefusal'),
  requestId: text,
  bucket: text,
  account: text,
  approver: text,
  attempt: fc.nat(),
  shown: text,
  kind: fc.constantFrom(...KINDS),
  rehearsal: fc.boolean(),
  purge: text,
  bypassGovernance: fc.boolean(),
};
const names = Object.keys(MEMBERS) as (keyof Full)[];
const OPTIONAL = names.filter((name) => !['purpose', 'requestId', 'bucket', 'account'].includes(name));
const anyContext = fc.record(MEMBERS, { requiredKeys: ['purpose', 'requestId', 'bucket', 'account'] }) as fc.Arbitrary<SealContext>;

const seal = (context: SealContext, value = VALUE) => seals.seal(new Secret(value), context);
const refusal = async (sealed: string, expected: SealContext): Promise<Error> =>
  seals.open(sealed, expected).then(
    () => Promise.reject(new Error('it opened')),
    (error: Error) => error,
  );
const hold = (property: fc.IAsyncProperty<unknown>, numRuns = 15) => fc.assert(property, { numRuns });

describe('a sealed value', () => {
  it('opens for exactly what it was sealed for', async () => {
    await hold(
      fc.asyncProperty(anyContext, fc.string({ minLength: 1 }), async (context, value) => {
        expect((await seals.open(await seal(context, value), { ...context })).reveal()).toBe(value);
      }),
    );
  });

  it.each(names)('for one of two that differ in %s alone opens for neither other', async (name) => {
    const two = fc.uniqueArray(MEMBERS[name] as fc.Arbitrary<unknown>, { minLength: 2, maxLength: 2 });
    await hold(
      fc.asyncProperty(two, async ([one, other]) => {
        const [mine, yours] = [{ ...FULL, [name]: one } as Full, { ...FULL, [name]: other } as Full];
        for (const [sealedFor, openedFor] of [[mine, yours] as const, [yours, mine] as const]) {
          const error = await refusal(await seal(sealedFor), openedFor);
          expect(error).toBeInstanceOf(SealBroken);
          expect(error.message).toContain(`another ${name} than`);
          expect(error.message).not.toContain(VALUE);
        }
      }),
    );
  });

  it.each(OPTIONAL)('for something with %s opens not without it, nor the other way round', async (name) => {
    const { [name]: _, ...without } = FULL;
    expect(await refusal(await seal(FULL), without as SealContext)).toBeInstanceOf(SealBroken);
    expect(await refusal(await seal(without as SealContext), FULL)).toBeInstanceOf(SealBroken);
  });

  it('opens not where two members’ values are exchanged', async () => {
    const swapped = { ...FULL, bucket: FULL.approver, approver: FULL.bucket };
    expect(await refusal(await seal(FULL), swapped)).toBeInstanceOf(SealBroken);
  });

  it('shows neither its value nor the same text twice', async () => {
    const [first, second] = [await seal(FULL), await seal(FULL)];
    expect(first).not.toBe(second);
    expect(Buffer.from(first, 'base64').includes(VALUE)).toBe(false);
  });

  it('that was altered at any place opens not, whatever it is asked for', async () => {
    const sealed = Buffer.from(await seal(FULL), 'base64');
    await hold(
      fc.asyncProperty(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const altered = Buffer.from(sealed);
        altered[at] = (altered[at] ?? 0) ^ change;
        expect(await refusal(altered.toString('base64'), FULL)).toBeInstanceOf(SealBroken);
      }),
      60,
    );
  });

  it('that has another context written into it opens for neither', async () => {
    const forged = Buffer.from(
      Buffer.from(await seal(FULL), 'base64')
        .toString('latin1')
        .replace('team-scratch', 'team-logs-01'),
      'latin1',
    );
    for (const bucket of ['team-scratch', 'team-logs-01']) {
      expect(await refusal(forged.toString('base64'), { ...FULL, bucket })).toBeInstanceOf(SealBroken);
    }
  });

  it.each([
    ['nothing', ''],
    ['no sealed value', Buffer.from('sealed').toString('base64')],
    ['no base64', '{"code":"138502"}'],
  ])('that is %s opens not, and is not repeated', async (_, sealed) => {
    const error = await refusal(sealed, FULL);
    expect(error).toBeInstanceOf(SealBroken);
    expect(`${error.message} ${error.cause}`).not.toContain('138502');
  });

  it('that was cut off opens not', async () => {
    const sealed = Buffer.from(await seal(FULL), 'base64');
    for (const length of [1, 20, Math.floor(sealed.length / 2), sealed.length - 1]) {
      expect(await refusal(sealed.subarray(0, length).toString('base64'), FULL)).toBeInstanceOf(SealBroken);
    }
  });

  it('under another key opens not', async () => {
    const sealed = await others.seal(new Secret(VALUE), FULL);
    expect(await refusal(sealed, FULL)).toBeInstanceOf(SealBroken);
  });

  it.each(names.filter((name) => !['attempt', 'rehearsal', 'purpose'].includes(name)))('is not made where %s is empty', async (name) => {
    await expect(seal({ ...FULL, [name]: '' })).rejects.toBeInstanceOf(BadInput);
  });

  it.each(['throttle', 'error'] as const)('is tried again where KMS fails for the moment (%s)', async (kind) => {
    const sealed = await seal(FULL);
    run.faults.add({ target: 'kms:Decrypt', kind, times: 3 });
    expect(await refusal(sealed, FULL)).toBeInstanceOf(TryAgain);
  });
});

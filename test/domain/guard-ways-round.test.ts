import { type LifecycleRule, type Surroundings, waysRound } from '../../src/domain/guard-ways-round.ts';

const SAFE: Surroundings = { lifecycle: [], versioning: 'on', keys: [], account: '111122223333' };
const rules = (...lifecycle: LifecycleRule[]) =>
  waysRound({ ...SAFE, lifecycle: lifecycle.map((rule) => ({ Status: 'Enabled', ...rule })) });

describe('waysRound', () => {
  it('says nothing of a bucket with versioning, without lifecycle rules and with AWS-owned keys', () => {
    expect(waysRound(SAFE)).toEqual([]);
  });

  it.each<[string, LifecycleRule, string]>([
    [
      'current versions',
      { ID: 'logs', Expiration: { Days: 30 } },
      'Lifecycle rule “logs” hides objects behind delete markers 30 days after they were written, guard or not.',
    ],
    [
      'at a date',
      { Expiration: { Date: new Date('2026-12-24T00:00:00Z') } },
      'Lifecycle rule number 1 hides objects behind delete markers from 2026-12-24 on, guard or not.',
    ],
    [
      'old versions',
      { NoncurrentVersionExpiration: { NoncurrentDays: 1 } },
      'Lifecycle rule number 1 destroys old versions of objects 1 day after they were replaced, guard or not.',
    ],
    [
      'under a prefix',
      { Filter: { Prefix: 'tmp/' }, Expiration: { Days: 1 } },
      'Lifecycle rule number 1 hides objects under “tmp/” behind delete markers 1 day after they were written, guard or not.',
    ],
    [
      'under a prefix, as it was written before 2014',
      { Prefix: 'tmp/', Expiration: { Days: 1 } },
      'Lifecycle rule number 1 hides objects under “tmp/” behind delete markers 1 day after they were written, guard or not.',
    ],
    [
      'by tag',
      { Filter: { Tag: { Key: 'keep', Value: 'no' } }, Expiration: { Days: 1 } },
      'Lifecycle rule number 1 hides objects tagged keep=no behind delete markers 1 day after they were written, guard or not.',
    ],
    [
      'by prefix and tags',
      {
        Filter: {
          And: {
            Prefix: 'a',
            Tags: [
              { Key: 'b', Value: 'c' },
              { Key: 'd', Value: 'e f' },
            ],
          },
        },
        Expiration: { Days: 1 },
      },
      'Lifecycle rule number 1 hides objects under “a” tagged b=c with a tag behind delete markers 1 day after they were written, guard or not.',
    ],
  ])('names a rule that expires %s', (_, rule, sentence) => {
    expect(rules(rule)).toEqual([sentence]);
  });

  it('says that a rule deletes where versioning does not keep what was there', () => {
    for (const versioning of ['never on', 'suspended'] as const) {
      const [first] = waysRound({ ...SAFE, versioning, lifecycle: [{ Status: 'Enabled', Expiration: { Days: 7 } }] });
      expect(first).toBe('Lifecycle rule number 1 deletes objects 7 days after they were written, guard or not.');
    }
  });

  it('names each of what one rule does', () => {
    expect(rules({ Expiration: { Days: 1 }, NoncurrentVersionExpiration: { NoncurrentDays: 2, NewerNoncurrentVersions: 3 } })).toHaveLength(
      2,
    );
  });

  it.each<[string, LifecycleRule & Record<string, unknown>]>([
    ['is switched off', { Status: 'Disabled', Expiration: { Days: 1 } }],
    ['ends unfinished uploads only', { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } }],
    ['removes lone delete markers only', { Expiration: { ExpiredObjectDeleteMarker: true } }],
    ['moves objects only', { Transitions: [{ Days: 1, StorageClass: 'GLACIER' }] }],
  ])('passes over a rule that %s', (_, rule) => {
    expect(rules(rule)).toEqual([]);
  });

  it('repeats no name, prefix or tag that says more than a name', () => {
    const evil = '<https://evil.example|click>\n';
    const [sentence] = rules({ ID: evil, Filter: { And: { Prefix: evil, Tags: [{ Key: evil, Value: 'x' }] } }, Expiration: { Days: 1 } });
    expect(sentence).toBe(
      'Lifecycle rule number 1 hides objects under a prefix with a tag behind delete markers 1 day after they were written, guard or not.',
    );
  });

  it.each([
    ['never on', 'Versioning was never on: '],
    ['suspended', 'Versioning is suspended: '],
  ] as const)('says what versioning that is %s means', (versioning, start) => {
    expect(waysRound({ ...SAFE, versioning })).toEqual([
      `${start}whoever may write or delete objects destroys what was there, and the guard does not stop that; switch versioning on (a hardened guard denies that: first /guard-bucket, “Put the basic guard on”).`,
    ]);
  });

  describe('names KMS keys that somebody may schedule for deletion', () => {
    const KEY = 'arn:aws:kms:us-east-1:111122223333:key/00000000-0000-4000-8000-000000000001';
    const keys = (...all: Surroundings['keys']) => waysRound({ ...SAFE, keys: all });

    it("a customer's key, once", () => {
      expect(keys({ key: KEY, manager: 'CUSTOMER' }, { key: KEY, manager: 'CUSTOMER' })).toEqual([
        `Whoever may schedule the deletion of the KMS key ${KEY} can make what it encrypts unreadable, guard or not.`,
      ]);
    });

    it('a key of another account, and one whose manager is not known', () => {
      expect(keys({ key: KEY.replace('111122223333', '444455556666'), manager: 'CUSTOMER' })[0]).toContain(
        ' of account 444455556666 can make',
      );
      expect(keys({ key: 'alias/data' })).toEqual([
        "Whoever may schedule the deletion of the KMS key alias/data can make what it encrypts unreadable (unless it is AWS's own), guard or not.",
      ]);
    });

    it("not AWS's own", () => {
      expect(
        keys({ key: KEY, manager: 'AWS' }, { key: 'alias/aws/s3' }, { key: 'arn:aws:kms:us-east-1:111122223333:alias/aws/s3' }),
      ).toEqual([]);
    });
  });
});

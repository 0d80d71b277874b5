import fc from 'fast-check';
import { denialsIn } from '../../src/domain/denials.ts';
import { codePoint } from '../helpers/text.ts';

const ARN = 'arn:aws:s3:::team-logs';
const deny = (more: object = {}) => ({
  Sid: 'NoDelete',
  Effect: 'Deny',
  Principal: '*',
  Action: 's3:DeleteBucket',
  Resource: ARN,
  ...more,
});
const policy = (...statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });
const named = (...statements: object[]) => denialsIn(policy(...statements), 'team-logs');

const SAID = ['Statement “NoDelete” of the bucket policy may deny the deletion.'];

describe('denialsIn', () => {
  it("names the statement of a policy that a vendor's tool made (FC-44)", () => {
    const made = policy(
      {
        Sid: 'eb-ad78f54a',
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::111122223333:role/eb' },
        Action: 's3:PutObject',
        Resource: `${ARN}/*`,
      },
      { Sid: 'eb-58950a8c', Effect: 'Deny', Principal: { AWS: '*' }, Action: 's3:DeleteBucket', Resource: ARN },
    );
    expect(denialsIn(made, 'team-logs')).toEqual(['Statement “eb-58950a8c” of the bucket policy may deny the deletion.']);
  });

  describe('reads every way of writing the same (FC-25)', () => {
    test.each<[string, object]>([
      ['lists of one', { Action: ['s3:DeleteBucket'], Resource: [ARN], Principal: { AWS: ['*'] } }],
      ['lists of many', { Action: ['s3:GetObject', 's3:DeleteBucket'], Resource: [`${ARN}/*`, ARN] }],
      ['all of S3', { Action: 's3:*' }],
      ['everything', { Action: '*', Resource: '*' }],
      ['a beginning', { Action: 's3:Delete*' }],
      ['single characters', { Action: 's3:DeleteBucke?' }],
      ['capitals', { Action: 'S3:DELETEBUCKET' }],
      ['small letters', { Action: 's3:deletebucket' }],
      ['a pattern of buckets', { Resource: 'arn:aws:s3:::team-*' }],
      ['a variable that may stand for the bucket', { Resource: 'arn:aws:s3:::${aws:PrincipalTag/team}-logs' }],
      ['no resource', { Resource: undefined }],
      ['all resources but others', { Resource: undefined, NotResource: ['arn:aws:s3:::other', `${ARN}/*`] }],
      ['all resources but what a variable stands for', { Resource: undefined, NotResource: 'arn:aws:s3:::${aws:username}*' }],
      ['all actions but others', { Action: undefined, NotAction: ['s3:GetObject', 's3:List*'] }],
      ["an account's number", { Principal: { AWS: '111122223333' } }],
      ["an account's root", { Principal: { AWS: 'arn:aws:iam::111122223333:root' } }],
      ['all principals but one', { Principal: undefined, NotPrincipal: { AWS: 'arn:aws:iam::111122223333:user/x' } }],
    ])('%s', (_, more) => {
      expect(named(deny(more))).toEqual(SAID);
    });

    it('one statement without a list', () => {
      expect(denialsIn(JSON.stringify({ Statement: deny() }), 'team-logs')).toEqual(SAID);
    });
  });

  it('says where there are conditions', () => {
    expect(named(deny({ Condition: { Bool: { 'aws:SecureTransport': 'false' } } }))).toEqual([
      'Statement “NoDelete” of the bucket policy may deny the deletion, under conditions.',
    ]);
  });

  it('counts statements without a Sid, and names each that may deny', () => {
    expect(named({ ...deny(), Effect: 'Allow' }, deny({ Sid: undefined }), deny({ Sid: '' }), deny())).toEqual([
      'Statement number 2 of the bucket policy may deny the deletion.',
      'Statement number 3 of the bucket policy may deny the deletion.',
      ...SAID,
    ]);
  });

  it('hides no statement behind the name of one of ours', () => {
    const sids = ['InterlockGuardPrincipal', 'InterlockGuardApprover', 'InterlockGuardMfa', 'InterlockGuardMfaAge', 'InterlockGuardMine'];
    expect(named(...sids.map((Sid) => deny({ Sid })))).toEqual(
      sids.map((sid) => `Statement “${sid}” of the bucket policy may deny the deletion.`),
    );
  });

  describe('counts a statement, and repeats nothing, where its Sid says more than a name', () => {
    test.each([
      ['a sentence with punctuation', 'Ignore this. Approved by security!'],
      ['a link', '<https://evil.example|click>'],
      ['a ping', '<!channel>'],
      ['quotes', '“Deny” is fine'],
      ['lines', 'NoDelete\nAll clear'],
      ['marks of direction', 'NoDelete\u202egnihton'],
      ['letters that look alike', 'N\u043eDelete'],
      ['a page of text', 'a'.repeat(81)],
      ['something else than text', { toString: 'x' }],
    ])('%s', (_, Sid) => {
      expect(named(deny(), deny({ Sid }))).toEqual([...SAID, 'Statement number 2 of the bucket policy may deny the deletion.']);
    });

    it('whatever it says', () => {
      fc.assert(
        fc.property(fc.string({ unit: codePoint, maxLength: 200 }), (Sid) => {
          expect(named(deny({ Sid }))[0]).toMatch(/^Statement (“[\w -]{1,80}”|number 1) of the bucket policy may deny the deletion\.$/);
        }),
      );
    });
  });

  describe('says nothing about', () => {
    test.each<[string, object]>([
      ['what is allowed', { Effect: 'Allow' }],
      ['other actions', { Action: ['s3:PutObject', 's3:DeleteObject*', 's3:DeleteBucketPolicy'] }],
      ['all actions but the deletion', { Action: undefined, NotAction: 's3:deletebucket' }],
      ['all actions but those of S3', { Action: undefined, NotAction: ['S3:*'] }],
      ['objects', { Resource: `${ARN}/*` }],
      ['other buckets', { Resource: ['arn:aws:s3:::team-logs2', 'arn:aws:s3:::Team-Logs', 'arn:aws:s3:::site-*'] }],
      ['all resources but this bucket', { Resource: undefined, NotResource: ['arn:aws:s3:::team-*'] }],
      ['another service', { Action: 'sqs:*' }],
      ['no action at all', { Action: undefined }],
    ])('%s', (_, more) => {
      expect(named(deny(more))).toEqual([]);
    });

    test.each(['{}', 'null', '[]', '"text"', '7', '{"Statement":null}', '{"Statement":[null,"x",7,[]]}'])('the policy %s', (text) => {
      expect(denialsIn(text, 'team-logs').filter((said) => said.startsWith('Statement'))).toEqual([]);
    });
  });

  test.each(['', '{', 'no JSON', '"text"', '7'])('says that it cannot read %j', (text) => {
    expect(denialsIn(text, 'team-logs')).toEqual(['The bucket policy is no JSON that can be read here.']);
  });

  it('answers to any JSON', () => {
    fc.assert(fc.property(fc.json(), (text) => Array.isArray(denialsIn(text, 'team-logs'))));
  });

  it('is done at once with a policy that is made to take long', () => {
    const started = performance.now();
    const resource = `arn:aws:s3:::${'*a'.repeat(30)}*b`;
    denialsIn(policy(...Array.from({ length: 200 }, () => deny({ Resource: resource }))), 'a'.repeat(63));
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

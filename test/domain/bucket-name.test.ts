import fc from 'fast-check';
import { isNameOf, parseBucket } from '../../src/domain/bucket-name.ts';
import { codePoint } from '../helpers/text.ts';

const REGIONS = ['us-east-1', 'eu-central-1', 'ap-southeast-2', 'us-gov-west-1', 'cn-north-1', 'me-central-1'];

/** Everywhere that a bucket's name stands and people copy it from. */
const FORMS: [string, (bucket: string, region: string) => string][] = [
  ['the name', (bucket) => bucket],
  ['the name with blanks around', (bucket) => ` \t${bucket}\n`],
  ['an S3 URI', (bucket) => `s3://${bucket}`],
  ['an S3 URI of an object', (bucket) => `S3://${bucket}/logs/2026/11//x y?z`],
  ['an ARN', (bucket) => `arn:aws:s3:::${bucket}`],
  ['an ARN of objects', (bucket) => `arn:aws:s3:::${bucket}/*`],
  ["an ARN of China's partition", (bucket) => `arn:aws-cn:s3:::${bucket}`],
  ["an ARN of GovCloud's partition", (bucket) => `arn:aws-us-gov:s3:::${bucket}`],
  ['an ARN of an isolated partition', (bucket) => `arn:aws-iso-b:s3:::${bucket}`],
  [
    'the page of the bucket in the console',
    (bucket, region) => `https://${region}.console.aws.amazon.com/s3/buckets/${bucket}?region=${region}&bucketType=general&tab=objects`,
  ],
  [
    'the page of a prefix in the console',
    (bucket, region) => `https://${region}.console.aws.amazon.com/s3/buckets/${bucket}?region=${region}&prefix=a/b/&showversions=true`,
  ],
  [
    'a page of a console with several sessions',
    (bucket, region) => `https://111122223333-ab12cd34.${region}.console.aws.amazon.com/s3/buckets/${bucket}?tab=permissions`,
  ],
  ['an older page of the console', (bucket) => `https://s3.console.aws.amazon.com/s3/buckets/${bucket}/?tab=overview#here`],
  [
    'the page that empties the bucket',
    (bucket, region) => `https://${region}.console.aws.amazon.com/s3/bucket/${bucket}/empty?region=${region}`,
  ],
  ['the page of an object', (bucket, region) => `https://${region}.console.aws.amazon.com/s3/object/${bucket}?prefix=a/b.txt`],
  ["a page of China's console", (bucket) => `https://console.amazonaws.cn/s3/buckets/${bucket}`],
  ["a page of GovCloud's console", (bucket) => `https://console.amazonaws-us-gov.com/s3/buckets/${bucket}?region=us-gov-west-1`],
  ['virtual-host style', (bucket, region) => `https://${bucket}.s3.${region}.amazonaws.com/a/b.txt?versionId=1`],
  ['virtual-host style without a region', (bucket) => `http://${bucket}.s3.amazonaws.com`],
  ['virtual-host style with a dash', (bucket) => `https://${bucket}.s3-us-west-2.amazonaws.com/`],
  ['virtual-host style, dual stack', (bucket, region) => `https://${bucket}.s3.dualstack.${region}.amazonaws.com/`],
  ['virtual-host style, FIPS', (bucket) => `https://${bucket}.s3-fips.us-gov-west-1.amazonaws.com/`],
  ['virtual-host style in China', (bucket) => `https://${bucket}.s3.cn-north-1.amazonaws.com.cn/x`],
  ['a website', (bucket, region) => `http://${bucket}.s3-website-${region}.amazonaws.com/index.html`],
  ['a website with a dot', (bucket, region) => `http://${bucket}.s3-website.${region}.amazonaws.com`],
  ['transfer acceleration', (bucket) => `https://${bucket}.s3-accelerate.amazonaws.com/x`],
  ['path style', (bucket, region) => `https://s3.${region}.amazonaws.com/${bucket}/a/b.txt`],
  ['path style without a region', (bucket) => `https://s3.amazonaws.com/${bucket}`],
  ['path style with a dash', (bucket) => `https://s3-eu-west-1.amazonaws.com/${bucket}?list-type=2`],
];

/** Names by the grammar of general purpose buckets. */
const end = fc.constantFrom(...'abcxyz0189');
const validName = fc
  .tuple(end, fc.array(fc.oneof(end, fc.constantFrom('-', '.', '.s3.', '.s3-', 's3', '--')), { maxLength: 14 }), end)
  .map(([first, middle, last]) => first + middle.join('').replace(/\.{2,}/g, '.') + last)
  .filter((name) => name.length >= 3 && !/^\d+\.\d+\.\d+\.\d+$/.test(name) && !/^xn--|^sthree-/.test(name));

describe('parseBucket', () => {
  test.each(FORMS)('finds the name in %s', (_, write) => {
    expect(parseBucket(write('team-scratch', 'eu-central-1'))).toEqual({ ok: true, bucket: 'team-scratch' });
  });

  it('finds every valid name in each of these forms', () => {
    fc.assert(
      fc.property(validName, fc.constantFrom(...FORMS), fc.constantFrom(...REGIONS), (bucket, [, write], region) => {
        expect(parseBucket(write(bucket, region))).toEqual({ ok: true, bucket });
      }),
      { numRuns: 500 },
    );
  });

  test.each(['abc', 'a'.repeat(63), '123', 'my.bucket.name', 'a-b', '1.2.3', 'logs-111122223333-us-east-1-an', 'help', 'status'])(
    'takes the name %s',
    (bucket) => {
      expect(parseBucket(bucket)).toEqual({ ok: true, bucket });
    },
  );

  describe('refuses', () => {
    const LETTERS = "A bucket's name has lower-case letters, digits, dots and hyphens only, and begins and ends with a letter or digit.";
    const NOWHERE =
      "No bucket is named there. Type the bucket's name, s3://name, arn:aws:s3:::name, or the address of the bucket's page in the S3 console.";
    const ALIAS = 'That is the alias of an access point; type the name of the bucket itself.';
    test.each([
      ['nothing', '', 'Type the name of the bucket.'],
      ['blanks', ' \n\t ', 'Type the name of the bucket.'],
      ['too short a name', 'ab', "A bucket's name has 3 to 63 characters; this has 2."],
      ['too long a name', 'a'.repeat(64), "A bucket's name has 3 to 63 characters; this has 64."],
      ['capitals', 'Team-Scratch', LETTERS],
      ['an underscore', 'team_scratch', LETTERS],
      ['a hyphen at the end', 'team-', LETTERS],
      ['a dot at the beginning', '.team', LETTERS],
      ['two names', 'team-a team-b', LETTERS],
      ['two lines', 'team-a\nteam-b', LETTERS],
      ['full-width letters', 'ｔｅａｍ', LETTERS],
      ["another script's look-alikes", 'tеam-scratch', LETTERS],
      ['an accent', 'équipe', LETTERS],
      ['an invisible character', 'team\u200b-scratch', LETTERS],
      ['an emoji', 'team-🪣', LETTERS],
      ['a pattern', 'team-*', LETTERS],
      ['an object without its scheme', 'team-scratch/key', LETTERS],
      ['two dots in a row', 'a..b', "A bucket's name has no two dots in a row."],
      ['an IP address', '192.168.5.4', "A bucket's name is no IP address."],
      ['a reserved beginning', 'xn--abc', 'No bucket has a name that begins like that.'],
      [
        'a directory bucket (FC-40)',
        'x--use1-az4--x-s3',
        'That is a directory bucket (S3 Express); only general purpose buckets can be deleted here.',
      ],
      ['a table bucket (FC-40)', 'abc--table-s3', 'That is a table bucket; only general purpose buckets can be deleted here.'],
      ["an access point's alias", 'point-metadata-s3alias', ALIAS],
      ["an Object Lambda access point's alias", 'point--ol-s3', ALIAS],
      ["a multi-region access point's alias", 'mfzwi23gnjvgw.mrap', ALIAS],
      ["an access point's ARN", 'arn:aws:s3:us-east-1:111122223333:accesspoint/point', NOWHERE],
      ["a table bucket's ARN", 'arn:aws:s3tables:us-east-1:111122223333:bucket/tables', NOWHERE],
      ["a queue's ARN", 'arn:aws:sqs:us-east-1:111122223333:queue', NOWHERE],
      ['an ARN of all buckets', 'arn:aws:s3:::*', "A bucket's name has 3 to 63 characters; this has 1."],
      ['an S3 URI of nothing', 's3://', NOWHERE],
      ['an ARN of nothing', 'arn:aws:s3:::', NOWHERE],
      ["the console's list of buckets", 'https://us-east-1.console.aws.amazon.com/s3/buckets?region=us-east-1', NOWHERE],
      ['another page of the console', 'https://us-east-1.console.aws.amazon.com/ec2/home?region=us-east-1#Instances:', NOWHERE],
      ["S3's address without a bucket", 'https://s3.eu-central-1.amazonaws.com/', NOWHERE],
      ["an access point's address", 'https://point-111122223333.s3-accesspoint.us-east-1.amazonaws.com/x', NOWHERE],
      ["S3 Control's address", 'https://111122223333.s3-control.us-east-1.amazonaws.com', NOWHERE],
      ["somebody else's page with the path of the console's", 'https://console.example/s3/buckets/team-scratch', NOWHERE],
      ["somebody else's host with the beginning of S3's", 'https://team-scratch.s3.evil-amazonaws.com', NOWHERE],
      ['an address that is none', 'https://', NOWHERE],
      ['another scheme', 'ftp://s3.amazonaws.com/x', LETTERS],
    ])('%s', (_, typed, why) => {
      expect(parseBucket(typed)).toEqual({ ok: false, why });
    });
  });

  it('gives a name by the grammar or a short sentence that repeats nothing, whatever is typed', () => {
    const typed = fc.oneof(
      fc.string({ unit: codePoint, minLength: 8, maxLength: 2_000 }),
      fc
        .tuple(
          fc.constantFrom('s3://', 'arn:aws:s3:::', 'https://s3.amazonaws.com/', 'https://'),
          fc.string({ unit: codePoint, minLength: 8 }),
        )
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(typed, (text) => {
        const parsed = parseBucket(text);
        if (parsed.ok) return expect(parsed.bucket).toMatch(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/);
        expect(parsed.why.length).toBeLessThan(200);
        if (text.trim().length >= 8) expect(parsed.why).not.toContain(text.trim());
      }),
    );
  });

  it('is done at once with very long input', () => {
    const started = performance.now();
    for (const long of ['a', '.', 's3.', 'a.s3-', ' ']) {
      for (const before of ['', 's3://', 'arn:', 'https://', 'https://s3.amazonaws.com/']) {
        expect(parseBucket(before + long.repeat(20_000)).ok).toBe(false);
      }
    }
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe('the name that an approver types', () => {
  it.each(['team-scratch', ' team-scratch ', 'Team-scratch'])('is the bucket’s where it is %j', (typed) => {
    expect(isNameOf('team-scratch', typed)).toBe(true);
  });

  it.each(['', 'team-scratc', 'team-Scratch', 'TEAM-SCRATCH', 'team-scratch2', 's3://team-scratch'])('is not where it is %j', (typed) => {
    expect(isNameOf('team-scratch', typed)).toBe(false);
  });
});

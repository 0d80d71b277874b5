import { consequences, dependentsOf, refusals } from '../../src/domain/consequences.ts';
import { dependentsIn, NO_SETTINGS, type Settings } from '../../src/domain/dependents.ts';
import { DEPENDENT_KINDS, type Dependent, type Kind } from '../../src/domain/request.ts';
import { someFacts } from '../helpers/models.ts';

const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const allow = (Principal: unknown, more: object = {}) => ({
  Effect: 'Allow',
  Principal,
  Action: 's3:PutObject',
  Resource: 'arn:aws:s3:::team-x/*',
  ...more,
});
const service = (Service: string | string[], more: object = {}) => allow({ Service }, more);
const found = (settings: Partial<Settings>, text?: string) =>
  dependentsIn({ ...NO_SETTINGS, ...settings }, text).map(({ kind, text: said }) => `${kind}: ${said}`);
const distribution = (...ids: string[]) => ({
  Condition: { StringEquals: { 'AWS:SourceArn': ids.map((id) => `arn:aws:cloudfront::111122223333:distribution/${id}`) } },
});
const arn = (what: string) => `arn:aws:${what.split(' ')[0]}:us-east-1:111122223333:${what.split(' ')[1]}`;

describe('what depends on a bucket', () => {
  it.each<[Partial<Settings>, string[]]>([
    [{}, []],
    [{ website: {} }, ['website: It serves a website.']],
    [
      { website: { RedirectAllRequestsTo: { HostName: 'example.com' } } },
      ['website: Its website address sends everybody on to example.com.'],
    ],
    [{ website: 'denied' }, ['website: Whether it serves a website could not be looked at: s3:GetBucketWebsite is denied.']],
    [{ replication: { Rules: [{ Status: 'Disabled', Destination: { Bucket: 'arn:aws:s3:::b' } }] } }, []],
    [
      { replication: { Rules: ['b', 'c', 'b'].map((name) => ({ Status: 'Enabled', Destination: { Bucket: `arn:aws:s3:::${name}` } })) } },
      ['replication: It replicates to b and c.'],
    ],
    [
      { replication: 'denied' },
      ['replication: Whether it replicates to other buckets could not be looked at: s3:GetReplicationConfiguration is denied.'],
    ],
    [{ notifications: {} }, []],
    [
      {
        notifications: {
          LambdaFunctionConfigurations: [{ LambdaFunctionArn: arn('lambda function:resize'), Events: ['s3:ObjectCreated:*'] }],
          QueueConfigurations: [{ QueueArn: arn('sqs inbox') }],
          TopicConfigurations: ['a', 'b'].map((name) => ({ TopicArn: arn(`sns ${name}`) })),
        },
      },
      ['notifications: Its events go to resize, inbox, a and 1 more.'],
    ],
    [
      { notifications: { QueueConfigurations: [{ QueueArn: arn('sqs inbox'), Events: ['s3:ObjectRemoved:Delete'] }] } },
      ['notifications: Its events go to inbox, those of deletions too.'],
    ],
    [{ notifications: { EventBridgeConfiguration: {} } }, ['notifications: Its events go to EventBridge, those of deletions too.']],
    [
      { notifications: 'denied' },
      ['notifications: Whether it tells others of what is written to it could not be looked at: s3:GetBucketNotification is denied.'],
    ],
  ])('is found in the settings %j', (settings, said) => {
    expect(found(settings)).toEqual(said);
  });

  it.each<[object[], string[]]>([
    [[service('cloudfront.amazonaws.com', distribution('E1', 'E2'))], ['cloudfront: CloudFront reads it (E1 and E2).']],
    [[service('CloudFront.amazonaws.com')], ['cloudfront: CloudFront reads it.']],
    [[allow({ AWS: 'arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E3' })], ['cloudfront: CloudFront reads it.']],
    [[allow({ CanonicalUser: 'f00d' })], ['cloudfront: CloudFront reads it.']],
    [
      [
        service(['delivery.logs.amazonaws.com', 'logs.eu-west-1.amazonaws.com']),
        service('cloudtrail.amazonaws.com'),
        allow({ AWS: '127311923021' }),
      ],
      ['logs: AWS delivers logs to it: AWS log delivery, logs.eu-west-1.amazonaws.com, CloudTrail and 1 more.'],
    ],
    [
      [service('logging.s3.amazonaws.com'), service('ses.amazonaws.com')],
      ['logs: AWS delivers logs to it: S3 access logs.', 'services: Its policy lets services of AWS in: ses.amazonaws.com.'],
    ],
    [
      [allow({ AWS: 'arn:aws:iam::444455556666:role/copier' }, { Action: ['s3:ReplicateObject', 's3:ReplicateDelete'] })],
      ['replication: Others may replicate into it: copier.'],
    ],
    // Who may do everything, and who is denied something, needn't depend on it.
    [[allow({ AWS: '111122223333' }, { Action: 's3:*' })], []],
    [[service('config.amazonaws.com', { Effect: 'Deny' }), allow('*')], []],
  ])('is found in the policy %j', (statements, said) => {
    expect(found({}, policy(...statements))).toEqual(said);
  });

  it('is not looked for in a policy that can’t be read, and names nothing that is no plain name', () => {
    expect(found({}, '{')).toEqual([]);
    const Destination = { Bucket: 'arn:aws:s3:::<!channel>' };
    expect(found({ replication: { Rules: [{ Status: 'Enabled', Destination }] } })).toEqual(['replication: It replicates to 1 place.']);
  });

  it('is what it belongs to, is kept for, and is being written to', () => {
    const at = (newestWrite: string) =>
      dependentsOf(someFacts({ newestWrite, lookedAt: '2026-11-02T09:00:00.000Z' })).map(({ kind }) => kind);
    expect(at('2026-11-02T08:00:01.000Z')).toEqual(['recentWrites']);
    expect(at('2026-11-02T08:00:00.000Z')).toEqual([]);
    expect(dependentsOf(someFacts({ stack: 'site', objectLock: true })).map(({ kind }) => kind)).toEqual(['stack', 'objectLock']);
  });
});

describe('what follows for it', () => {
  const dependents: Dependent[] = DEPENDENT_KINDS.slice(0, 6).map((kind) => ({ kind, text: `${kind}.`, seen: true }));
  const facts = someFacts({ dependents, stack: 'site', objectLock: true, newestWrite: '2026-11-02T08:59:00.000Z' });

  it('is said of each where the bucket goes', () => {
    expect(consequences(facts, 'team-x', 'empty-delete')).toMatchInlineSnapshot(`
[
  "website. Its address stops, and whoever takes the name serves there.",
  "cloudfront. A distribution left pointing at a free name can be taken over: whoever takes the name serves through it.",
  "logs. They write again until they are switched off; whoever takes the name may get them.",
  "notifications. Nothing is heard there any more.",
  "replication. What was replicated stays where it went.",
  "services. What they do there fails.",
  "It is being written to: the newest write is less than an hour old. Whoever writes there fails then.",
  "It belongs to the CloudFormation stack site. The stack will not know that it is gone.",
  "It has Object Lock: somebody meant its contents to be kept.",
]
`);
  });

  it('is less where nobody else can take the name', () => {
    const said = consequences(facts, `team-${facts.owner}-${facts.region}-an`, 'delete').join('\n');
    expect(said).not.toMatch(/take/);
    expect(consequences(facts, 'team-an', 'delete').join('\n')).toMatch(/whoever takes the name serves/);
  });

  it('is what the contents are missed for where the bucket stays', () => {
    expect(consequences(facts, 'team-x', 'empty')).toMatchInlineSnapshot(`
[
  "website. Its pages are gone then.",
  "cloudfront. It finds nothing there then.",
  "logs. They write again.",
  "notifications.",
  "replication. What was replicated stays where it went.",
  "services.",
  "It is being written to: the newest write is less than an hour old. Whoever writes is denied it meanwhile.",
  "It belongs to the CloudFormation stack site.",
  "It has Object Lock: somebody meant its contents to be kept.",
]
`);
  });

  it('is nothing where what is current stays', () => {
    expect(['purge', 'guard-off'].flatMap((kind) => consequences(facts, 'team-x', kind as Kind))).toEqual([]);
  });

  it('is left open where it could not be looked at', () => {
    const unseen = someFacts({ dependents: [{ kind: 'website', text: 'Nobody may look.', seen: false }] });
    expect(consequences(unseen, 'team-x', 'delete')).toEqual(['Nobody may look.']);
  });
});

describe('what a rule refuses', () => {
  const site: Dependent = { kind: 'website', text: 'It serves a website.', seen: true };
  const facts = someFacts({ dependents: [site, { ...site, kind: 'logs', text: 'Logs.' }], stack: 'site' });

  it('is what it names of what depends on the bucket, with what to do', () => {
    expect(refusals(facts, 'empty', ['website', 'cloudfront', 'stack'])).toEqual([
      'It serves a website. The rule of this bucket refuses that (refuseIf: website). Delete its website configuration, then ask again.',
      'It belongs to the CloudFormation stack site. The rule of this bucket refuses that (refuseIf: stack). Delete it with its stack, or take it out of the stack (DeletionPolicy: Retain), then ask again.',
    ]);
  });

  it('is nothing where it names nothing, or where what is current stays', () => {
    expect([...refusals(facts, 'delete'), ...refusals(facts, 'purge', ['website']), ...refusals(facts, 'guard-off', ['stack'])]).toEqual(
      [],
    );
  });

  it('is what nobody may look at, too', () => {
    const unseen = someFacts({ dependents: [{ ...site, text: 'Nobody may look.', seen: false }] });
    expect(refusals(unseen, 'delete', ['website'])).toEqual([
      expect.stringMatching(/^Nobody may look\. .* Let Interlock’s function inspect look/),
    ]);
  });

  it.each(DEPENDENT_KINDS)('has a mend for %s', (kind) => {
    const all = someFacts({ dependents: [{ kind, text: 'T.', seen: true }] });
    expect(refusals(all, 'delete', [kind])).toEqual([expect.stringMatching(/^T\. The rule .*\. .*\.$/)]);
  });
});

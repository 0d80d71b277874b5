import { sayManifest } from '../../src/domain/manifest.ts';
import { FUNCTIONS } from '../../src/domain/names.ts';
import { functionPolicy } from '../../src/domain/policies-functions.ts';
import { aConfig } from '../helpers/models.ts';

const archive = { bucket: 'kept-lists', prefix: 'what/went' };
const keys = { seal: 'arn:seal', history: 'arn:history', secrets: 'arn:secrets' };
const policies = (config = aConfig()) => FUNCTIONS.map((name) => [name, functionPolicy(name, config, { stage: 'prod', keys })] as const);

describe('the archive of manifests', () => {
  it('is written to by emptyRange alone, under its prefix, and read, listed and emptied by nobody', () => {
    const named = policies(aConfig({ archive })).flatMap(([name, { Statement }]) =>
      Statement.filter((one) => JSON.stringify(one).includes('kept-lists')).map((one) => ({ name, ...one })),
    );
    expect(named).toEqual([
      {
        name: 'emptyRange',
        Sid: 'WriteManifests',
        Effect: 'Allow',
        Action: 's3:PutObject',
        Resource: 'arn:aws:s3:::kept-lists/what/went/*',
        Condition: { StringEquals: { 'aws:ResourceAccount': '111122223333' } },
      },
    ]);
  });

  it('is no function’s where the configuration names none', () => {
    expect(JSON.stringify(policies())).not.toContain('s3:PutObject"');
  });

  it('is said where to look', () => {
    expect(sayManifest(archive, 'req-abcdefghij23')).toBe('What went is listed under s3://kept-lists/what/went/req-abcdefghij23/');
  });
});

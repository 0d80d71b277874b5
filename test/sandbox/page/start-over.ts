import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ListBucketsCommand } from '@aws-sdk/client-s3';
import { until } from '../../helpers/sandbox.ts';
import { sandbox } from '../../helpers/shared-page.ts';

describe('Start over', () => {
  const post = (where: string, body: object) => fetch(`${sandbox.urls.page}${where}`, { method: 'POST', body: JSON.stringify(body) });
  /** The sandbox as it is after it began anew: nobody has seen anything yet. */
  const anew = () =>
    until(async () => {
      const { messages, modal } = await sandbox.see('riya').catch(() => ({ messages: undefined, modal: undefined }));
      return messages?.length === 0 && modal === null;
    }, 'a sandbox with nothing in it');

  it('forgets everything, time included, and serves at the same addresses', async () => {
    await sandbox.act('riya', { command: '/delete-bucket', text: 'team-scratch' });
    await sandbox.act('riya', { submit: { Reason: 'nothing reads it' } });
    await until(async () => (await sandbox.see('alice')).messages.length > 0, 'the question');
    await sandbox.advance(86_400);

    expect((await post('/sandbox/start-over', {})).status).toBe(202);
    await anew();
    expect(Math.abs((await sandbox.now()) - Date.now())).toBeLessThan(60_000);
    // Keys are new ones too; SANDBOX_DIR says which.
    const [, accessKeyId = '', secretAccessKey = ''] =
      /\[admin\]\naws_access_key_id = (.+)\naws_secret_access_key = (.+)/.exec(
        readFileSync(join(sandbox.dir, 'aws-credentials'), 'utf8'),
      ) ?? [];
    const { Buckets = [] } = await sandbox.s3({ accessKeyId, secretAccessKey }).send(new ListBucketsCommand({}));
    expect(Buckets.map(({ Name }) => Name)).toContain('team-scratch');
  });

  it('takes a second asking while it is under way', async () => {
    await sandbox.act('riya', { command: '/delete-bucket', text: 'team-scratch' });
    // The second may find nobody any more who answers, or the new one already.
    await Promise.allSettled([post('/sandbox/start-over', {}), post('/sandbox/start-over', {})]);
    await anew();
    expect((await sandbox.act('riya', { command: '/delete-bucket', text: 'team-scratch' })).status).toBe(200);
  });
});

import {
  CreateBucketCommand,
  DeleteBucketPolicyCommand,
  HeadBucketCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
} from '@aws-sdk/client-s3';
import { loadConfig } from '../../src/config.ts';
import { approvedPrincipals, guardFor, type Level } from '../../src/domain/guard.ts';
import { sandbox } from '../helpers/shared.ts';
import { approve, ask, channelMessage, checkRuns, dayPasses, refusalOf, textOf, waiting } from '../helpers/story.ts';

const config = loadConfig('config/sandbox.yml');
const admin = () => sandbox.s3();
/** Whom no guard keeps from a bucket's policy. */
const root = () => sandbox.s3(sandbox.keysOf('root'));

/** A bucket with versioning on, and with the guard that the command puts on, or with some of its statements. */
async function bucket(Bucket: string, level?: Level, some: (sid: string) => boolean = () => true): Promise<string> {
  await admin().send(new CreateBucketCommand({ Bucket }));
  await admin().send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  if (level) await guard(Bucket, level, some);
  return Bucket;
}

async function guard(Bucket: string, level: Level, some: (sid: string) => boolean = () => true, others: object[] = []): Promise<void> {
  const approved = approvedPrincipals(config, Bucket, 'sandbox') ?? { principals: [], approvers: [] };
  const { statements } = guardFor({ bucket: Bucket, level, ...approved });
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [...statements.filter(({ Sid }) => some(Sid)), ...others] });
  await root().send(new PutBucketPolicyCommand({ Bucket, Policy }));
}

const unguard = (Bucket: string) => root().send(new DeleteBucketPolicyCommand({ Bucket }));

describe('the approval message', () => {
  it('says that the bucket is guarded and what goes round it, and names no statement of the guard; the approved deletion goes through', async () => {
    const name = await bucket('team-guarded');
    const rule = { ID: 'old', Status: 'Enabled', Filter: { Prefix: '' }, Expiration: { Days: 30 } } as const;
    await admin().send(new PutBucketLifecycleConfigurationCommand({ Bucket: name, LifecycleConfiguration: { Rules: [rule] } }));
    await guard(name, 'hardened');
    const requestId = await ask(sandbox, name);
    const shown = textOf(await waiting(sandbox, requestId));
    expect(shown).toContain('*Guard*\\nhardened');
    expect(shown).toMatch(
      /\*Goes round the guard\*\\nLifecycle rule “old” hides objects behind delete markers 30 days after they were written/,
    );
    expect(shown).not.toContain('may deny the deletion');
    await approve(sandbox, requestId, name, 'bob');
    await sandbox.ended(requestId);
    await expect(admin().send(new HeadBucketCommand({ Bucket: name }))).rejects.toMatchObject({ name: 'NotFound' });
  });

  it('says that a bucket is not guarded, or not wholly, with what is missing', async () => {
    const [bare, partly] = [await bucket('team-bare'), await bucket('team-partly', 'hardened', (sid) => sid !== 'InterlockGuardMfa')];
    expect(textOf(await waiting(sandbox, await ask(sandbox, bare)))).toContain('*Guard*\\nnone');
    expect(textOf(await waiting(sandbox, await ask(sandbox, partly)))).toContain(
      '*Guard*\\nnot whole: Statement “InterlockGuardMfa” is missing: a key alone, without a code, is enough.',
    );
  });

  it('says where it may not see what goes round the guard', async () => {
    const name = await bucket('team-curtained');
    const hide = { Effect: 'Deny', Principal: '*', Action: 's3:GetLifecycleConfiguration', Resource: `arn:aws:s3:::${name}` };
    await guard(name, 'hardened', undefined, [hide]);
    const shown = textOf(await waiting(sandbox, await ask(sandbox, name)));
    expect(shown).toContain(
      'Its lifecycle rules, versioning or default encryption can’t be read, so what goes round a guard is not known.',
    );
  });

  it('comes back where the guard was taken off after it was read, the code unspent', async () => {
    const name = await bucket('team-unguarded', 'basic');
    const requestId = await ask(sandbox, name);
    await waiting(sandbox, requestId);
    await unguard(name);
    await approve(sandbox, requestId, name, 'alice');
    const again = await sandbox.seen(
      'alice',
      ({ modal }) => textOf(modal).includes('your code was not used') && modal,
      'the question again',
    );
    expect(textOf(again)).toContain('Guard: was basic, is none');
    const codes = (await sandbox.calls()).filter(({ action, resource, principal }) => {
      return action === 's3:DeleteBucket' && resource.endsWith(`:${name}`) && principal.endsWith(requestId);
    });
    expect(codes).toEqual([]);
  });
});

describe('a rule that asks for a guard', () => {
  it('refuses a bucket that has none, or not a whole one, with the command that puts it on', async () => {
    const name = await bucket('guarded-bare');
    const command = `npx --no interlock guard apply ${name} --stage sandbox`;
    expect(await refusalOf(sandbox, name)).toContain(
      `Its rule asks for a guard, and the bucket has none. An administrator puts it on with ${command}; then ask again.`,
    );
    const partly = await bucket('guarded-partly', 'basic', (sid) => sid !== 'InterlockGuardPrincipal');
    expect(await refusalOf(sandbox, partly)).toMatch(
      /asks for a whole guard, and the bucket's is not whole: Statement “InterlockGuardPrincipal” is missing/,
    );
  });

  it('refuses a bucket whose guard was taken off after it was asked for', async () => {
    const name = await bucket('guarded-taken', 'hardened');
    const requestId = await ask(sandbox, name);
    await waiting(sandbox, requestId);
    await unguard(name);
    await approve(sandbox, requestId, name, 'alice');
    await sandbox.ended(requestId);
    expect(textOf(channelMessage(await sandbox.see('riya'), sandbox.slack.channel, requestId))).toContain('the bucket has none');
    await admin().send(new HeadBucketCommand({ Bucket: name }));
  });
});

describe('a guard for others', () => {
  it('that denies every approver of the rule is told before anybody is asked', async () => {
    const name = await bucket('team-others');
    const { statements } = guardFor({ bucket: name, level: 'basic', principals: ['arn:aws:iam::111122223333:user/admin'], approvers: [] });
    await root().send(
      new PutBucketPolicyCommand({ Bucket: name, Policy: JSON.stringify({ Version: '2012-10-17', Statement: statements }) }),
    );
    expect(await refusalOf(sandbox, name)).toContain("The bucket's guard denies the deletion to every approver of its rule. It is basic");
  });
});

describe('the daily check of guards', () => {
  const name = 'guarded-daily';
  /** A day passes, and the check has run; gives how often operators have been told of the bucket by then, and what last. */
  async function nextDay(): Promise<{ times: number; last: string }> {
    await dayPasses(sandbox);
    const { messages } = await sandbox.see('alice');
    const told = messages.filter((message) => message.channel === config.slack.operatorsChannel && textOf(message).includes(name));
    return { times: told.length, last: textOf(told.at(-1)) };
  }

  it('tells operators once that a guard was taken off, with the mend, and once that it is there again', async () => {
    await bucket(name, 'hardened');
    expect(await nextDay()).toMatchObject({ times: 0 });
    await unguard(name);
    const { times, last } = await nextDay();
    expect(times).toBe(1);
    expect(last).toContain(`\`${name}\`: It has no guard: whoever may delete buckets can delete it.`);
    expect(last).toContain(`npx --no interlock guard apply ${name} --stage sandbox`);
    expect(await nextDay()).toMatchObject({ times: 1 });
    await guard(name, 'hardened');
    const again = await nextDay();
    expect(again.times).toBe(2);
    expect(again.last).toContain('guarded as it should be again');
    expect(await nextDay()).toMatchObject({ times: 2 });
  });

  it('tells once, though the function dies after its work and is run again', async () => {
    const twice = await bucket('guarded-twice');
    await sandbox.fault({ target: 'checkGuards', times: 1, kind: 'crash-after' });
    await dayPasses(sandbox);
    await checkRuns(sandbox, 61);
    const told = (await sandbox.see('alice')).messages.filter((message) => textOf(message).includes(`\`${twice}\``));
    expect(told).toHaveLength(1);
  });

  it('goes on where it may not look at a bucket, and says so', async () => {
    const denied = await bucket('guarded-hidden');
    const Statement = { Effect: 'Deny', Principal: '*', Action: 's3:GetBucketPolicy', Resource: `arn:aws:s3:::${denied}` };
    await root().send(new PutBucketPolicyCommand({ Bucket: denied, Policy: JSON.stringify({ Version: '2012-10-17', Statement }) }));
    const unguarded = await bucket('guarded-other');
    await nextDay();
    const told = textOf((await sandbox.see('bob')).messages);
    expect(told).toContain(`\`${denied}\`: It could not be looked at (AccessDenied).`);
    expect(told).toContain(`\`${unguarded}\`: It has no guard`);
  });
});

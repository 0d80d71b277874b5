import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetResourcePolicyCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { ACCOUNT, ALLOW_ALL, failure, policy, type Running, startAws } from '../../helpers/sandbox-aws.ts';

const ROOT = `arn:aws:iam::${ACCOUNT}:root`;
const SECRETS = policy({ Effect: 'Allow', Action: 'secretsmanager:*', Resource: '*' });

describe('Secrets Manager', () => {
  let run: Running;
  let client: SecretsManagerClient;
  beforeAll(async () => {
    run = await startAws();
    client = run.secrets(run.user('admin', ALLOW_ALL));
  });
  afterAll(async () => {
    await run.close();
    expect(run.aws.problems).toEqual([]);
  });
  const value = (id: string, from = client) => from.send(new GetSecretValueCommand({ SecretId: id }));

  it('gives a value by name, ARN, and ARN without its last characters', async () => {
    const { arn } = run.aws.secrets.create({ name: 'interlock/alice', value: 'hidden' });
    expect(arn).toMatch(/:secret:interlock\/alice-[A-Za-z0-9]{6}$/);
    for (const id of ['interlock/alice', arn, arn.slice(0, -7)])
      expect(await value(id)).toMatchObject({ ARN: arn, SecretString: 'hidden', VersionStages: ['AWSCURRENT'] });
    expect(JSON.stringify(run.aws.calls.list())).not.toContain('hidden');
  });

  it('keeps the value before under AWSPREVIOUS', async () => {
    run.aws.secrets.create({ name: 'rotated', value: 'one' });
    await client.send(new PutSecretValueCommand({ SecretId: 'rotated', SecretString: 'two' }));
    await client.send(new PutSecretValueCommand({ SecretId: 'rotated', SecretString: 'three' }));
    expect((await value('rotated')).SecretString).toBe('three');
    expect((await client.send(new GetSecretValueCommand({ SecretId: 'rotated', VersionStage: 'AWSPREVIOUS' }))).SecretString).toBe('two');
    const { VersionIdsToStages: stages = {} } = await client.send(new DescribeSecretCommand({ SecretId: 'rotated' }));
    expect(Object.values(stages)).toEqual([[], ['AWSPREVIOUS'], ['AWSCURRENT']]);
    const [first] = Object.keys(stages);
    expect((await client.send(new GetSecretValueCommand({ SecretId: 'rotated', VersionId: first }))).SecretString).toBe('one');
  });

  it('says what is not there: the secret, or its value', async () => {
    expect(await failure(value('nothing'))).toMatchObject({
      name: 'ResourceNotFoundException',
      status: 400,
      message: "Secrets Manager can't find the specified secret.",
    });
    run.aws.secrets.create({ name: 'empty' });
    expect(await failure(value('empty'))).toMatchObject({
      name: 'ResourceNotFoundException',
      message: "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
    });
    expect(
      (await failure(client.send(new GetSecretValueCommand({ SecretId: 'rotated', VersionId: '00000000-0000-0000-0000-000000000000' }))))
        .name,
    ).toBe('ResourceNotFoundException');
  });

  it('creates, lists and describes; text or bytes, not both', async () => {
    const created = await client.send(new CreateSecretCommand({ Name: 'made', SecretBinary: Buffer.from([1, 2]), Description: 'bytes' }));
    expect(created.VersionId).toBeDefined();
    expect([...((await value('made')).SecretBinary ?? [])]).toEqual([1, 2]);
    expect((await client.send(new ListSecretsCommand())).SecretList?.find(({ Name }) => Name === 'made')).toMatchObject({
      ARN: created.ARN,
      Description: 'bytes',
    });
    expect((await failure(client.send(new CreateSecretCommand({ Name: 'made', SecretString: 'x' })))).name).toBe('ResourceExistsException');
    expect((await failure(client.send(new PutSecretValueCommand({ SecretId: 'made' })))).name).toBe('InvalidParameterException');
  });

  it('asks the caller’s own right on a customer’s key, through this service and for this secret', async () => {
    const key = run.aws.kms.createKey({ policy: policy({ Effect: 'Allow', Principal: { AWS: ROOT }, Action: 'kms:*', Resource: '*' }) });
    const { arn } = run.aws.secrets.create({ name: 'sealed', value: 'x', kmsKeyArn: key.arn });
    const decrypt = (condition: object) =>
      policy({ Effect: 'Allow', Action: 'kms:Decrypt', Resource: key.arn, Condition: { StringEquals: condition } });
    const via = { 'kms:ViaService': 'secretsmanager.us-east-1.amazonaws.com' };
    expect(await failure(value('sealed', run.secrets(run.user('without', SECRETS))))).toMatchObject({
      name: 'AccessDeniedException',
      message: 'Access to KMS is not allowed',
    });
    expect(run.aws.calls.list().at(-1)).toMatchObject({
      operation: 'GetSecretValue',
      action: 'kms:Decrypt',
      resource: key.arn,
      allowed: false,
    });
    await value('sealed', run.secrets(run.user('with', SECRETS, decrypt({ ...via, 'kms:EncryptionContext:SecretARN': arn }))));
    expect(
      (
        await failure(
          value('sealed', run.secrets(run.user('elsewhere', SECRETS, decrypt({ 'kms:ViaService': 's3.us-east-1.amazonaws.com' })))),
        )
      ).name,
    ).toBe('AccessDeniedException');
    expect(
      (
        await failure(
          value('sealed', run.secrets(run.user('other', SECRETS, decrypt({ ...via, 'kms:EncryptionContext:SecretARN': `${arn}x` })))),
        )
      ).name,
    ).toBe('AccessDeniedException');
    // Operators write keys and need no right to read them again: what is tried when a secret is made has a version's id of its own.
    const tried = { ...via, 'kms:EncryptionContext:SecretVersionId': 'RequestToValidateKeyAccess' };
    const encrypts = policy({ Effect: 'Allow', Action: 'kms:GenerateDataKey', Resource: key.arn, Condition: { StringEquals: via } });
    const writer = run.secrets(run.user('writer', SECRETS, encrypts, decrypt(tried)));
    await writer.send(new PutSecretValueCommand({ SecretId: 'sealed', SecretString: 'y' }));
    await writer.send(new CreateSecretCommand({ Name: 'written', KmsKeyId: key.arn, SecretString: 'z' }));
    expect((await failure(value('written', writer))).name).toBe('AccessDeniedException');
    const untried = run.secrets(run.user('untried', SECRETS, encrypts));
    expect((await failure(untried.send(new CreateSecretCommand({ Name: 'unwritten', KmsKeyId: key.arn })))).name).toBe(
      'AccessDeniedException',
    );
    expect((await failure(value('unwritten'))).name).toBe('ResourceNotFoundException');
    // The same version again: what it holds is looked at first.
    const ClientRequestToken = '00000000-0000-4000-8000-000000000001';
    await writer.send(new PutSecretValueCommand({ SecretId: 'sealed', SecretString: 'y', ClientRequestToken }));
    const repeated = new PutSecretValueCommand({ SecretId: 'sealed', SecretString: 'y', ClientRequestToken });
    expect((await failure(writer.send(repeated))).name).toBe('AccessDeniedException');
  });

  it('obeys a secret’s own policy, administrators included', async () => {
    const own = policy({
      Effect: 'Deny',
      Principal: '*',
      Action: 'secretsmanager:GetSecretValue',
      Resource: '*',
      Condition: { ArnNotEquals: { 'aws:PrincipalArn': `arn:aws:iam::${ACCOUNT}:user/elevate` } },
    });
    run.aws.secrets.create({ name: 'guarded', value: 'x', policy: own });
    expect(await failure(value('guarded'))).toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('with an explicit deny in a resource-based policy'),
    });
    await value('guarded', run.secrets(run.user('elevate', SECRETS)));
    expect(JSON.parse((await client.send(new GetResourcePolicyCommand({ SecretId: 'guarded' }))).ResourcePolicy ?? '')).toEqual(own);
    expect((await client.send(new GetResourcePolicyCommand({ SecretId: 'empty' }))).ResourcePolicy).toBeUndefined();
  });

  it('denies by the secret’s ARN', async () => {
    const narrow = run.secrets(
      run.user(
        'narrow',
        policy({
          Effect: 'Allow',
          Action: 'secretsmanager:GetSecretValue',
          Resource: `arn:aws:secretsmanager:us-east-1:${ACCOUNT}:secret:interlock/alice-??????`,
        }),
      ),
    );
    await value('interlock/alice', narrow);
    expect(await failure(value('rotated', narrow))).toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('because no identity-based policy allows the secretsmanager:GetSecretValue action'),
    });
    expect((await failure(value('nothing', narrow))).name).toBe('AccessDeniedException');
  });
});

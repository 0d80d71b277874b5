import { buildClient, CommitmentPolicy, KmsKeyringNode } from '@aws-crypto/client-node';
import {
  CreateGrantCommand,
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyWithoutPlaintextCommand,
  GetKeyPolicyCommand,
  type KMS,
  ListAliasesCommand,
  ListKeysCommand,
  PutKeyPolicyCommand,
} from '@aws-sdk/client-kms';
import fc from 'fast-check';
import { ACCOUNT, ALLOW_ALL, failure, type Keys, policy, type Running, startAws } from '../../helpers/sandbox-aws.ts';

const DELEGATING = policy({ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' });

describe('KMS', () => {
  let run: Running;
  let admin: Keys;
  let kms: KMS;
  let key: { keyId: string; arn: string };

  beforeAll(async () => {
    run = await startAws();
    admin = run.user('admin', ALLOW_ALL);
    kms = run.kms(admin);
    key = run.aws.kms.createKey({ policy: DELEGATING, description: 'what travels' });
    run.aws.kms.createAlias('alias/seal', key.keyId);
  });
  afterAll(async () => {
    await run.close();
    expect(run.aws.problems).toEqual([]);
  });

  it('decrypts what it encrypted under the same context, and under no other', async () => {
    const contexts = fc.dictionary(fc.string({ minLength: 1, maxLength: 10 }), fc.string({ minLength: 1, maxLength: 10 }), { maxKeys: 3 });
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 100 }), contexts, contexts, async (plaintext, context, other) => {
        const { CiphertextBlob: blob } = await kms.send(
          new EncryptCommand({ KeyId: key.arn, Plaintext: plaintext, EncryptionContext: context }),
        );
        const opened = await kms.send(new DecryptCommand({ CiphertextBlob: blob, EncryptionContext: context }));
        expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Buffer.from(plaintext));
        expect(opened.KeyId).toBe(key.arn);
        const same = JSON.stringify(Object.entries(context).sort()) === JSON.stringify(Object.entries(other).sort());
        if (!same)
          expect(await failure(kms.send(new DecryptCommand({ CiphertextBlob: blob, EncryptionContext: other })))).toMatchObject({
            name: 'InvalidCiphertextException',
            status: 400,
          });
      }),
      { numRuns: 25 },
    );
  });

  it('refuses ciphertexts that were changed, or are none', async () => {
    const { CiphertextBlob: blob = new Uint8Array() } = await kms.send(new EncryptCommand({ KeyId: key.arn, Plaintext: Buffer.from('x') }));
    for (const bad of [
      blob.slice(0, -1),
      blob.slice(0, 20),
      Uint8Array.from(blob, (byte, index) => (index === blob.length - 1 ? byte ^ 1 : byte)),
      Buffer.from('nothing'),
    ]) {
      expect((await failure(kms.send(new DecryptCommand({ CiphertextBlob: bad })))).name).toBe('InvalidCiphertextException');
    }
    const other = run.aws.kms.createKey({ policy: DELEGATING });
    expect((await failure(kms.send(new DecryptCommand({ CiphertextBlob: blob, KeyId: other.arn })))).name).toBe('IncorrectKeyException');
    expect((await failure(run.kms(admin, 'eu-central-1').send(new DecryptCommand({ CiphertextBlob: blob })))).name).toBe(
      'InvalidCiphertextException',
    );
  });

  it('makes data keys of the length that was asked for', async () => {
    const generate = (more: object) => kms.send(new GenerateDataKeyCommand({ KeyId: 'alias/seal', ...more }));
    expect((await generate({ KeySpec: 'AES_256' })).Plaintext).toHaveLength(32);
    expect((await generate({ KeySpec: 'AES_128' })).Plaintext).toHaveLength(16);
    const {
      Plaintext: plaintext,
      CiphertextBlob: blob,
      KeyId: id,
    } = await generate({ NumberOfBytes: 64, EncryptionContext: { purpose: 'code' } });
    expect(id).toBe(key.arn);
    expect((await kms.send(new DecryptCommand({ CiphertextBlob: blob, EncryptionContext: { purpose: 'code' } }))).Plaintext).toEqual(
      plaintext,
    );
    expect(
      (await kms.send(new GenerateDataKeyWithoutPlaintextCommand({ KeyId: key.keyId, KeySpec: 'AES_256' }))).CiphertextBlob,
    ).toBeDefined();
    for (const more of [{}, { KeySpec: 'AES_256', NumberOfBytes: 5 }, { NumberOfBytes: 1025 }, { NumberOfBytes: 0 }]) {
      expect((await failure(generate(more))).name).toBe('ValidationException');
    }
  });

  it('encrypts 4 KiB at most', async () => {
    await kms.send(new EncryptCommand({ KeyId: key.arn, Plaintext: Buffer.alloc(4096, 1) }));
    expect((await failure(kms.send(new EncryptCommand({ KeyId: key.arn, Plaintext: Buffer.alloc(4097, 1) })))).name).toBe(
      'ValidationException',
    );
  });

  it('finds keys by id, ARN, alias and alias ARN, in the region of the call only', async () => {
    const describe = (id: string, region = 'us-east-1') => run.kms(admin, region).send(new DescribeKeyCommand({ KeyId: id }));
    for (const id of [key.keyId, key.arn, 'alias/seal', `arn:aws:kms:us-east-1:${ACCOUNT}:alias/seal`]) {
      expect((await describe(id)).KeyMetadata).toMatchObject({ Arn: key.arn, Description: 'what travels', KeyState: 'Enabled' });
    }
    for (const [id, region] of [
      ['alias/nothing', 'us-east-1'],
      ['11111111-2222-3333-4444-555555555555', 'us-east-1'],
      [key.arn, 'eu-central-1'],
      [key.keyId, 'eu-central-1'],
      [key.arn.replace(ACCOUNT, '999999999999'), 'us-east-1'],
    ] as const) {
      expect(await failure(describe(id, region))).toMatchObject({ name: 'NotFoundException', status: 400 });
    }
    const away = run.aws.kms.createKey({ policy: DELEGATING, region: 'eu-central-1' });
    expect((await describe(away.keyId, 'eu-central-1')).KeyMetadata?.Arn).toBe(away.arn);
    expect((await kms.send(new ListKeysCommand())).Keys?.map((listed) => listed.KeyArn)).not.toContain(away.arn);
    expect((await kms.send(new ListAliasesCommand())).Aliases).toEqual([
      { AliasName: 'alias/seal', AliasArn: `arn:aws:kms:us-east-1:${ACCOUNT}:alias/seal`, TargetKeyId: key.keyId },
    ]);
  });

  it('does nothing with a disabled key', async () => {
    const { keyId } = run.aws.kms.createKey({ policy: DELEGATING });
    const { CiphertextBlob: blob } = await kms.send(new EncryptCommand({ KeyId: keyId, Plaintext: Buffer.from('x') }));
    run.aws.kms.setEnabled(keyId, false);
    expect((await failure(kms.send(new EncryptCommand({ KeyId: keyId, Plaintext: Buffer.from('x') })))).name).toBe('DisabledException');
    expect((await failure(kms.send(new DecryptCommand({ CiphertextBlob: blob })))).name).toBe('DisabledException');
    expect((await kms.send(new DescribeKeyCommand({ KeyId: keyId }))).KeyMetadata).toMatchObject({ Enabled: false, KeyState: 'Disabled' });
  });

  it('lets each principal do its own purpose only, as the key policy says', async () => {
    const root = `arn:aws:iam::${ACCOUNT}:root`;
    const only = (arn: string, Action: string, purpose: string) => ({
      Effect: 'Allow',
      Principal: { AWS: root },
      Action,
      Resource: '*',
      Condition: { ArnEquals: { 'aws:PrincipalArn': arn }, StringEquals: { 'kms:EncryptionContext:purpose': purpose } },
    });
    const keys = { slack: run.user('slack', ALLOW_ALL), elevate: run.user('elevate', ALLOW_ALL) };
    const arns = { slack: `arn:aws:iam::${ACCOUNT}:user/slack`, elevate: `arn:aws:iam::${ACCOUNT}:user/elevate` };
    const seal = run.aws.kms.createKey({
      policy: policy(
        { Effect: 'Allow', Principal: { AWS: root }, Action: ['kms:Describe*', 'kms:PutKeyPolicy'], Resource: '*' },
        only(arns.slack, 'kms:GenerateDataKey', 'code'),
        only(arns.elevate, 'kms:Decrypt', 'code'),
        {
          Effect: 'Deny',
          Principal: '*',
          Action: ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:CreateGrant'],
          Resource: '*',
          Condition: { ArnNotEquals: { 'aws:PrincipalArn': Object.values(arns) } },
        },
      ),
    });
    const generate = (who: Keys, purpose: string) =>
      run.kms(who).send(new GenerateDataKeyCommand({ KeyId: seal.arn, KeySpec: 'AES_256', EncryptionContext: { purpose } }));
    const decrypt = (who: Keys, blob: Uint8Array | undefined) =>
      run.kms(who).send(new DecryptCommand({ CiphertextBlob: blob, EncryptionContext: { purpose: 'code' } }));
    const { CiphertextBlob: blob } = await generate(keys.slack, 'code');
    await decrypt(keys.elevate, blob);
    const refused = [
      () => generate(keys.slack, 'session'),
      () => generate(keys.elevate, 'code'),
      () => decrypt(keys.slack, blob),
      () => decrypt(admin, blob),
      () => generate(admin, 'code'),
      () => generate(run.aws.iam.createAccessKey('root'), 'code'),
      () => run.kms(admin).send(new CreateGrantCommand({ KeyId: seal.arn, GranteePrincipal: arns.slack, Operations: ['Decrypt'] })),
    ];
    for (const call of refused) expect(await failure(call())).toMatchObject({ name: 'AccessDeniedException', status: 400 });
    expect(
      run.aws.calls
        .list()
        .filter(({ resource }) => resource === seal.arn)
        .at(-1),
    ).toMatchObject({ action: 'kms:CreateGrant', allowed: false, decidedBy: "denied by statement 4 of the key's policy" });
  });

  it('says that grants are not served where IAM would allow one', async () => {
    const grant = new CreateGrantCommand({
      KeyId: key.arn,
      GranteePrincipal: `arn:aws:iam::${ACCOUNT}:user/admin`,
      Operations: ['Decrypt'],
    });
    expect(await failure(kms.send(grant))).toMatchObject({
      name: 'UnsupportedOperationException',
      message: 'Grants are not served in the sandbox.',
    });
  });

  it('shows and replaces key policies', async () => {
    const { keyId } = run.aws.kms.createKey({ policy: DELEGATING });
    expect(JSON.parse((await kms.send(new GetKeyPolicyCommand({ KeyId: keyId }))).Policy ?? '')).toEqual(DELEGATING);
    expect((await failure(kms.send(new PutKeyPolicyCommand({ KeyId: keyId, Policy: '{' })))).name).toBe('MalformedPolicyDocumentException');
    await kms.send(new PutKeyPolicyCommand({ KeyId: keyId, Policy: JSON.stringify(policy()) }));
    expect((await failure(kms.send(new EncryptCommand({ KeyId: keyId, Plaintext: Buffer.from('x') })))).name).toBe('AccessDeniedException');
  });

  it('works with the AWS Encryption SDK', async () => {
    const { encrypt, decrypt } = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);
    const clientProvider = () => run.kms(admin);
    const keyring = new KmsKeyringNode({ generatorKeyId: key.arn, clientProvider });
    const { result } = await encrypt(keyring, 'the session', { encryptionContext: { purpose: 'session' } });
    const opened = await decrypt(keyring, result);
    expect(opened.plaintext.toString()).toBe('the session');
    expect(opened.messageHeader.encryptionContext.purpose).toBe('session');
  });
});

import { createSecretReader } from '../../src/aws/secrets.ts';
import { ConfigError } from '../../src/errors.ts';
import { type Running, startAwsForAll } from '../helpers/sandbox-aws.ts';

describe('a secret', () => {
  let run: Running;
  beforeAll(async () => {
    run = await startAwsForAll();
  });
  afterAll(() => run?.close());
  const read = (name: string) => createSecretReader('us-east-1').read(name);

  it('is given without the line break that a terminal puts behind it', async () => {
    run.aws.secrets.create({ name: 'typed', value: 'value\n' });
    expect((await read('typed')).reveal()).toBe('value');
  });

  it.each(['empty', 'forgotten'])('that is %s, as a deployment leaves it, is said to need its value', async (name) => {
    if (name === 'empty') run.aws.secrets.create({ name });
    const failed = read(name);
    await expect(failed).rejects.toThrow(ConfigError);
    await expect(failed).rejects.toThrow(`The secret ${name} holds no text; put its value there (docs/install.md).`);
  });
});

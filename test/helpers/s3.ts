import { S3Client } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { Aws } from '../../sandbox/aws/aws.ts';
import type { S3Store } from '../../sandbox/aws/services/s3/index.ts';
import { Clock } from '../../sandbox/clock.ts';
import { Faults } from '../../sandbox/faults.ts';
import { codePoint } from './text.ts';

export const ACCOUNT = '111122223333';
export const OTHER_ACCOUNT = '444455556666';

const EVERYTHING = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };

/** The sandbox's S3 behind its endpoint, with an administrator's and root's clients. */
export class S3Sandbox {
  readonly clock = new Clock();
  readonly faults = new Faults();
  readonly aws = new Aws({ clock: this.clock, faults: this.faults, account: ACCOUNT, region: 'us-east-1', assumeRoleMfa: 'absent' });
  readonly store: S3Store;
  readonly url: string;
  /** The administrator `admin`, whom IAM allows everything. */
  readonly admin: S3Client;
  readonly root: S3Client;
  readonly #clients: S3Client[] = [];

  static async start(): Promise<S3Sandbox> {
    const sandbox = new S3Sandbox();
    return Object.assign(sandbox, { url: await sandbox.aws.listen(0) }).#connect();
  }

  private constructor() {
    this.store = this.aws.s3;
    this.url = '';
    this.admin = new S3Client();
    this.root = this.admin;
    this.aws.iam.createUser({ name: 'admin', policies: [{ name: 'all', document: EVERYTHING }] });
  }

  #connect(): this {
    return Object.assign(this, { admin: this.client('admin'), root: this.client('root') });
  }

  /** A client of a user's (or root's) long-term key. */
  client(user: string, region = 'us-east-1'): S3Client {
    return this.clientOf(this.aws.iam.createAccessKey(user), region);
  }

  clientOf(credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }, region = 'us-east-1'): S3Client {
    const client = new S3Client({ endpoint: this.url, region, forcePathStyle: true, maxAttempts: 1, credentials });
    this.#clients.push(client);
    return client;
  }

  /** A user whom IAM allows these actions on everything. */
  userWith(name: string, actions: string[]): S3Client {
    const document = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: actions, Resource: '*' } };
    this.aws.iam.createUser({ name, policies: [{ name: 'some', document }] });
    return this.client(name);
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    await this.aws.close();
  }
}

/** How a call fails: code and status as the client sees them. Throws when it succeeds. */
export async function failure(call: Promise<unknown>): Promise<{ code: string; status: number | undefined; message: string }> {
  try {
    await call;
  } catch (error) {
    const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    return { code: name, status: $metadata?.httpStatusCode, message };
  }
  throw new Error('the call succeeded');
}

/** A key from what makes trouble on the way: slashes, dots, blanks, line ends, control characters, percent signs, all of Unicode. */
export const hostileKey = fc
  .string({
    unit: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...'/.ab %+&<>"\'\r\n\t\u0001\u007f\\*?#~\u00e9\ue000\uffff\u{1f4a5}') },
      { weight: 1, arbitrary: codePoint },
    ),
    minLength: 1,
    maxLength: 12,
  })
  .filter((key) => Buffer.from(key).toString() === key);

/** The text behind `encoding-type=url`. */
export const decodeKey = (text = '') => decodeURIComponent(text.replaceAll('+', ' '));

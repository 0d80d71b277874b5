import { S3Client } from '@aws-sdk/client-s3';
import { Aws } from '../../sandbox/aws/aws.ts';
import { createS3, type S3Store } from '../../sandbox/aws/services/s3/index.ts';
import { Clock } from '../../sandbox/clock.ts';
import { Faults } from '../../sandbox/faults.ts';

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
    const { service, store } = createS3({ clock: this.clock, account: ACCOUNT, region: 'us-east-1' });
    this.aws.register(service);
    this.store = store;
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

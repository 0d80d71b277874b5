import type { Clock } from '../clock.ts';
import type { Faults } from '../faults.ts';
import { Authorizer } from './authorize.ts';
import { CallLog } from './calls.ts';
import { Credentials, type SessionKeys } from './credentials.ts';
import { Endpoint } from './endpoint.ts';
import { Mfa } from './mfa.ts';
import { recordOf } from './records.ts';
import { AwsError, type Caller, type Question, type Service } from './service.ts';
import { createDynamoDb } from './services/dynamodb.ts';
import { DynamoStore } from './services/dynamodb-store.ts';
import { createIam } from './services/iam.ts';
import { IamStore } from './services/iam-store.ts';
import { createKms } from './services/kms.ts';
import { KmsStore } from './services/kms-store.ts';
import { createS3, type S3Store } from './services/s3/index.ts';
import { SecretStore } from './services/secret-store.ts';
import { createSecretsManager } from './services/secrets-manager.ts';
import { createSts } from './services/sts.ts';

export interface AwsOptions {
  clock: Clock;
  faults: Faults;
  account: string;
  region: string;
  /** How `aws:MultiFactorAuthPresent` reads on sessions of AssumeRole: reports differ, nothing may depend on it. */
  assumeRoleMfa: 'absent' | 'false' | 'true';
  /** Told what went wrong in the sandbox itself. */
  onProblem?: ((problem: Error) => void) | undefined;
}

/** How long the sessions last that services take for themselves. UNVERIFIED for Lambda's, which no page tells: the longest that a role's may be. */
const SERVICE_SESSION_SECONDS = 12 * 3600;

/** The sandbox's AWS: one account, its services behind one address. */
export class Aws {
  readonly account: string;
  readonly region: string;
  readonly iam: IamStore;
  readonly kms: KmsStore;
  readonly secrets: SecretStore;
  readonly dynamodb: DynamoStore;
  readonly s3: S3Store;
  readonly mfa: Mfa;
  readonly calls = new CallLog();
  /** What went wrong in the sandbox itself; each was answered with 500. */
  readonly problems: Error[] = [];
  readonly #clock: Clock;
  readonly #credentials: Credentials;
  #isClosing = false;
  readonly #authorizer: Authorizer;
  readonly #endpoint: Endpoint;

  constructor(options: AwsOptions) {
    const { clock, faults, account, region } = options;
    this.account = account;
    this.region = region;
    this.#clock = clock;
    this.iam = new IamStore({ account, clock });
    this.kms = new KmsStore({ clock, account, region });
    this.secrets = new SecretStore({ clock, account, region });
    this.dynamodb = new DynamoStore({ account, region });
    this.#credentials = new Credentials({ iam: this.iam, clock });
    this.#authorizer = new Authorizer(this.iam);
    this.#endpoint = new Endpoint({
      account,
      region,
      clock,
      faults,
      credentials: this.#credentials,
      authorizer: this.#authorizer,
      calls: this.calls,
      onProblem: (problem) => {
        // What was under way as it ended finds no database any more, and nobody waits for its answer.
        if (this.#isClosing) return;
        this.problems.push(problem);
        options.onProblem?.(problem);
      },
    });
    this.mfa = new Mfa({ iam: this.iam, clock });
    this.register(createSts({ iam: this.iam, credentials: this.#credentials, mfa: this.mfa, assumeRoleMfa: options.assumeRoleMfa }));
    this.register(createIam(this.iam));
    this.register(createKms(this.kms));
    this.register(createSecretsManager(this.secrets, this.kms));
    this.register(createDynamoDb(this.dynamodb));
    const s3 = createS3({
      clock,
      account,
      region,
      checkRootsCode: (serial, code) => this.mfa.check('root', serial, code),
      knowsPrincipal: (arn) => this.iam.knows(arn),
    });
    this.s3 = s3.store;
    this.register(s3.service);
    this.register(s3.control);
  }

  /** Adds a service to the address. */
  register(service: Service): void {
    this.#endpoint.register(service);
  }

  /** Whether a fault can meet this: an operation that is served, or an action that is asked for (`s3:DeleteBucket`). */
  serves(target: string): boolean {
    return this.#endpoint.serves(target);
  }

  /**
   * What a service works with on a role's behalf (a function's credentials, the state machine's): a session of SERVICE_SESSION_SECONDS.
   * Throws AwsError where the role isn't there or doesn't trust the service.
   */
  async roleSession(
    roleArn: string,
    sessionName: string,
    by: { service: string } = { service: 'lambda.amazonaws.com' },
  ): Promise<SessionKeys> {
    const role = this.iam.roleByArn(roleArn);
    if (!role) throw new AwsError('NoSuchEntity', `The role ${roleArn} cannot be found.`, 404);
    await this.check(
      { kind: 'service', service: by.service },
      {
        action: 'sts:AssumeRole',
        resource: roleArn,
        resourceAccount: this.account,
        resourcePolicy: role.trust,
        resourcePolicyKind: 'trust',
      },
    );
    return this.#credentials.issue(
      {
        arn: `arn:aws:sts::${this.account}:assumed-role/${role.name}/${sessionName}`,
        account: this.account,
        id: `${role.id}:${sessionName}`,
        principalArn: role.arn,
        of: 'role',
        roleName: role.name,
        sessionName,
        tags: role.tags,
      },
      SERVICE_SESSION_SECONDS,
    );
  }

  /** A call inside AWS (Step Functions invoking a function): asked, put into the call log. Throws AwsError AccessDeniedException. */
  async check(caller: Caller, question: Question): Promise<void> {
    const decision = await this.#authorizer.decide(caller, question, { now: this.#clock.now(), region: this.region });
    const operation = question.action.split(':')[1] ?? question.action;
    const errorCode = decision.allowed ? undefined : 'AccessDeniedException';
    this.calls.add(
      recordOf({
        caller,
        operation,
        action: question.action,
        resource: question.resource,
        region: this.region,
        time: this.#clock.date(),
        decision,
        errorCode,
      }),
    );
    if (!decision.allowed) throw new AwsError('AccessDeniedException', decision.message, 400);
  }

  /** Listens on 127.0.0.1; a free port for 0. @returns the address, `http://127.0.0.1:4566` */
  listen(port: number): Promise<string> {
    return this.#endpoint.listen(port);
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#endpoint.close();
    await this.dynamodb.close();
  }
}

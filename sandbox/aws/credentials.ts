import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { Refusal } from './refusals.ts';
import type { Caller } from './service.ts';
import { type IamStore, newId } from './services/iam-store.ts';

export type SessionCaller = Extract<Caller, { kind: 'session' }>;

export interface SessionKeys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  caller: SessionCaller;
}

/** Who stands behind a key: long-term keys from IAM, temporary ones from here. */
export class Credentials {
  readonly #iam: IamStore;
  readonly #clock: Clock;
  readonly #sessions = new Map<string, SessionKeys>();

  constructor(options: { iam: IamStore; clock: Clock }) {
    this.#iam = options.iam;
    this.#clock = options.clock;
  }

  /** Temporary credentials for the session that `describe` tells of. */
  issue(describe: Omit<SessionCaller, 'kind' | 'accessKeyId' | 'issuedAt' | 'expiresAt'>, seconds: number): SessionKeys {
    const issuedAt = this.#clock.now();
    const accessKeyId = newId('ASIA', 16);
    const keys: SessionKeys = {
      accessKeyId,
      secretAccessKey: randomBytes(30).toString('base64'),
      sessionToken: randomBytes(288).toString('base64'),
      caller: { kind: 'session', ...describe, accessKeyId, issuedAt, expiresAt: issuedAt + seconds * 1000 },
    };
    this.#sessions.set(accessKeyId, keys);
    return keys;
  }

  /** The secret and the caller behind a key id and session token. Throws Refusal. */
  find(accessKeyId: string, sessionToken: string | undefined): { caller: Caller; secretAccessKey: string } {
    const session = this.#sessions.get(accessKeyId);
    if (session) {
      if (sessionToken === undefined) throw new Refusal('unknown-key');
      if (session.sessionToken !== sessionToken) throw new Refusal('bad-token');
      if (session.caller.expiresAt <= this.#clock.now()) throw new Refusal('expired-token');
      return session;
    }
    const key = this.#iam.keys.get(accessKeyId);
    if (!key) throw new Refusal('unknown-key');
    if (sessionToken !== undefined) throw new Refusal('bad-token');
    return { secretAccessKey: key.secretAccessKey, caller: this.#longTerm(key.owner, accessKeyId) };
  }

  #longTerm(owner: string, accessKeyId: string): Caller {
    const { account, rootArn } = this.#iam;
    const user = this.#iam.users.get(owner);
    if (!user) return { kind: 'root', arn: rootArn, account, id: account, accessKeyId };
    return { kind: 'user', arn: user.arn, account, id: user.id, name: user.name, accessKeyId, tags: user.tags };
  }
}

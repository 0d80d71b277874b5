import { randomBytes } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { AwsError } from '../service.ts';

export interface NamedPolicy {
  name: string;
  document: unknown;
}

export interface Role {
  name: string;
  path: string;
  arn: string;
  /** `AROA…` */
  id: string;
  trust: unknown;
  policies: NamedPolicy[];
  /** Seconds. */
  maxSessionDuration: number;
  tags: Record<string, string>;
  createdAt: number;
}

export interface User {
  name: string;
  path: string;
  arn: string;
  /** `AIDA…` */
  id: string;
  policies: NamedPolicy[];
  tags: Record<string, string>;
  createdAt: number;
}

/** A long-term key; `owner` is a user's name or `root`. */
export interface AccessKey {
  accessKeyId: string;
  secretAccessKey: string;
  owner: string;
  createdAt: number;
}

/** A virtual MFA device; `seed` is the TOTP secret in base32. */
export interface MfaDevice {
  serial: string;
  owner: string;
  seed: string;
  enabledAt: number;
}

const ROOT = 'root';

/** The account's identities: roles, users, long-term keys and MFA devices. */
export class IamStore {
  readonly account: string;
  readonly roles = new Map<string, Role>();
  readonly users = new Map<string, User>();
  readonly keys = new Map<string, AccessKey>();
  readonly devices = new Map<string, MfaDevice>();
  readonly #clock: Clock;

  constructor(options: { account: string; clock: Clock }) {
    this.account = options.account;
    this.#clock = options.clock;
  }

  /** A role with its trust policy; `maxSessionDuration` is an hour unless given (IAM API reference, "CreateRole"). Throws EntityAlreadyExists. */
  createRole(input: {
    name: string;
    path?: string;
    trust: unknown;
    policies?: NamedPolicy[];
    maxSessionDuration?: number;
    tags?: Record<string, string>;
  }): Role {
    if (this.roles.has(input.name)) throw exists('Role', input.name);
    // IAM takes no trust in a user or role that isn't there (IAM user guide, "Troubleshoot IAM roles": invalid principal in policy).
    const stranger = principalsIn(input.trust).find((arn) => !this.knows(arn));
    if (stranger) throw new AwsError('MalformedPolicyDocument', `Invalid principal in policy: "AWS":"${stranger}"`);
    const path = input.path ?? '/';
    const role: Role = {
      name: input.name,
      path,
      arn: `arn:aws:iam::${this.account}:role${path}${input.name}`,
      id: newId('AROA'),
      trust: input.trust,
      policies: [...(input.policies ?? [])],
      maxSessionDuration: input.maxSessionDuration ?? 3600,
      tags: { ...input.tags },
      createdAt: this.#clock.now(),
    };
    this.roles.set(role.name, role);
    return role;
  }

  /** A user with inline policies. Throws EntityAlreadyExists. */
  createUser(input: { name: string; path?: string; policies?: NamedPolicy[]; tags?: Record<string, string> }): User {
    if (this.users.has(input.name)) throw exists('User', input.name);
    const path = input.path ?? '/';
    const user: User = {
      name: input.name,
      path,
      arn: `arn:aws:iam::${this.account}:user${path}${input.name}`,
      id: newId('AIDA'),
      policies: [...(input.policies ?? [])],
      tags: { ...input.tags },
      createdAt: this.#clock.now(),
    };
    this.users.set(user.name, user);
    return user;
  }

  /** A long-term key of a user or of `root`. Throws NoSuchEntity. */
  createAccessKey(owner: string): AccessKey {
    this.#checkOwner(owner);
    const key = {
      accessKeyId: newId('AKIA', 16),
      secretAccessKey: randomBytes(30).toString('base64'),
      owner,
      createdAt: this.#clock.now(),
    };
    this.keys.set(key.accessKeyId, key);
    return key;
  }

  /** Puts a virtual device on a user or on `root`. Throws NoSuchEntity, EntityAlreadyExists. */
  createMfaDevice(input: { user: string; serial: string; seed: string }): MfaDevice {
    this.#checkOwner(input.user);
    if (this.devices.has(input.serial)) throw exists('MFADevice', input.serial);
    const device = { serial: input.serial, owner: input.user, seed: input.seed, enabledAt: this.#clock.now() };
    this.devices.set(device.serial, device);
    return device;
  }

  deleteAccessKey(accessKeyId: string): void {
    this.keys.delete(accessKeyId);
  }

  deleteMfaDevice(serial: string): void {
    this.devices.delete(serial);
  }

  deleteRole(name: string): void {
    this.roles.delete(name);
  }

  /**
   * Deletes a user with its keys and devices. Trust policies that name it hold its id from then on
   * (IAM user guide, "AWS JSON policy elements: Principal": a recreated user with the same name is another one).
   */
  deleteUser(name: string): void {
    const user = this.users.get(name);
    if (!user) return;
    this.users.delete(name);
    for (const key of this.keys.values()) if (key.owner === name) this.keys.delete(key.accessKeyId);
    for (const device of this.devices.values()) if (device.owner === name) this.devices.delete(device.serial);
    for (const role of this.roles.values()) role.trust = JSON.parse(JSON.stringify(role.trust).replaceAll(`"${user.arn}"`, `"${user.id}"`));
  }

  roleByArn(arn: string): Role | undefined {
    return [...this.roles.values()].find((role) => role.arn === arn);
  }

  /** Whether a user or role that a policy names is there; of other accounts nothing is known, so they count as there. */
  knows(arn: string): boolean {
    const ours = new RegExp(`^arn:aws:iam::${this.account}:(user|role)/(?:.*/)?([^/]+)$`).exec(arn);
    if (!ours) return true;
    const found = (ours[1] === 'user' ? this.users : this.roles).get(ours[2] ?? '');
    return found?.arn === arn;
  }

  get rootArn(): string {
    return `arn:aws:iam::${this.account}:root`;
  }

  #checkOwner(owner: string): void {
    if (owner !== ROOT && !this.users.has(owner)) {
      throw new AwsError('NoSuchEntity', `The user with name ${owner} cannot be found.`, 404);
    }
  }
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** An id as IAM makes them (IAM user guide, "IAM identifiers": the prefix tells the kind). */
export function newId(prefix: string, length = 17): string {
  return prefix + Array.from(randomBytes(length), (byte) => ALPHABET[byte % 32]).join('');
}

const exists = (kind: string, name: string): AwsError =>
  new AwsError('EntityAlreadyExists', `${kind} with name ${name} already exists.`, 409);

/** ARNs of users and roles that a policy's statements name. */
function principalsIn(policy: unknown): string[] {
  const statements = [(policy as { Statement?: unknown } | null)?.Statement ?? []].flat() as { Principal?: { AWS?: string | string[] } }[];
  return statements.flatMap(({ Principal }) => Principal?.AWS ?? []).filter((arn) => /:(user|role)\//.test(arn));
}

/** What a newcomer finds in the sandbox: people in IAM with keys and devices, demo buckets, and the files that tell of them. */
import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Config } from '../src/config.ts';
import { approvedPrincipals, guardFor } from '../src/domain/guard.ts';
import { approverUserPolicy } from '../src/domain/policies.ts';
import type { Aws } from './aws/aws.ts';
import type { Functions } from './functions.ts';

export interface SlackSecrets {
  signingSecret: string;
  botToken: string;
}

export interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
}

/** Long-term keys by profile (`root`, `admin` and the approvers' names), MFA devices by `root` and the approvers' names. */
export interface Seeded {
  profiles: Record<string, Keys>;
  devices: Record<string, { serial: string; seed: string }>;
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** A TOTP secret of 320 bits as base32: 64 characters, as AWS gives them. */
function newSeed(): string {
  const bits = [...randomBytes(40)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? []).map((five) => BASE32[Number.parseInt(five.padEnd(5, '0'), 2)]).join('');
}

export function newSlackSecrets(): SlackSecrets {
  return { signingSecret: randomBytes(16).toString('hex'), botToken: `xoxb-sandbox-${randomBytes(12).toString('hex')}` };
}

/** Fills the stack's secrets, which are deployed empty. */
export function fillSecrets(aws: Aws, functions: Functions, config: Config, { profiles }: Seeded, slack: SlackSecrets): void {
  // Their names stand in the environment of the functions that read them.
  for (const { environment } of functions.list()) {
    if (environment.SIGNING_SECRET) aws.secrets.put(environment.SIGNING_SECRET, slack.signingSecret);
    if (environment.BOT_TOKEN) aws.secrets.put(environment.BOT_TOKEN, slack.botToken);
  }
  for (const { name, secret } of Object.values(config.approvers)) aws.secrets.put(secret, JSON.stringify(profiles[name]));
}

/** Makes the account's people. Before the deployment, as in AWS: the deletion role's trust takes no user that isn't there. */
export function seedPeople(aws: Aws, config: Config, stage: string): Seeded {
  const allowAll = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
  aws.iam.createUser({ name: 'admin', policies: [{ name: 'administrator', document: allowAll }] });
  const root = { serial: `arn:aws:iam::${config.account}:mfa/root-account-mfa-device`, seed: newSeed() };
  aws.iam.createMfaDevice({ user: 'root', ...root });
  const seeded: Seeded = { profiles: { root: keysOf(aws, 'root'), admin: keysOf(aws, 'admin') }, devices: { root } };

  for (const approver of Object.values(config.approvers)) {
    // arn:aws:iam::<account>:user/<folder>/<name>
    const [, folder = '/', name = ''] = /:user(\/(?:.*\/)?)([^/]+)$/.exec(approver.user) ?? [];
    aws.iam.createUser({
      name,
      path: folder,
      policies: [{ name: 'interlock', document: approverUserPolicy(config, approver.name, { stage }) }],
    });
    const device = { serial: approver.mfaSerial, seed: newSeed() };
    aws.iam.createMfaDevice({ user: name, ...device });
    seeded.profiles[approver.name] = keysOf(aws, name);
    seeded.devices[approver.name] = device;
  }
  return seeded;
}

function keysOf(aws: Aws, owner: string): Keys {
  const { accessKeyId, secretAccessKey } = aws.iam.createAccessKey(owner);
  return { accessKeyId, secretAccessKey };
}

/** Whose bucket team-elsewhere is: nobody of the sandbox's account may do anything with it. */
const OTHER_ACCOUNT = '444455556666';

/** Demo buckets, as docs/sandbox.md tells of them. */
export function seedBuckets({ s3 }: Pick<Aws, 's3'>, config: Config, stage: string, now: number): void {
  const { archive } = config;
  s3.createBucket({ name: 'team-scratch' });
  s3.createBucket({ name: 'team-frankfurt', region: 'eu-central-1' });
  s3.createBucket({ name: 'quick-draft' });
  s3.createBucket({ name: 'orphan' });
  s3.createBucket({ name: 'team-elsewhere', account: OTHER_ACCOUNT });
  s3.createBucket({ name: 'team-pointed' });
  s3.createAccessPoint('team-pointed', 'reports');

  s3.createBucket({ name: 'team-site' });
  for (const key of ['index.html', 'style.css', 'images/logo.svg']) s3.putObject('team-site', key, `the team's ${key}\n`);

  s3.createBucket({ name: 'team-logs', versioning: 'Enabled' });
  for (const day of ['2026-11-01', '2026-11-02', '2026-11-03']) {
    s3.putObject('team-logs', `app/${day}.log`, 'first lines\n');
    s3.putObject('team-logs', `app/${day}.log`, 'first lines\nmore lines\n');
  }
  s3.deleteObject('team-logs', 'app/2026-11-01.log');

  s3.createBucket({ name: 'locked-records', objectLock: true });
  const retention = { Mode: 'GOVERNANCE', RetainUntilDate: new Date(now + 365 * 86_400_000) } as const;
  for (const year of ['2024', '2025']) s3.putObject('locked-records', `${year}.csv`, 'date,account,amount\n', { retention });

  // Something to fail on, for whoever tries to break in; only where the configuration's rules have an approver for it.
  const guarded = 'guarded-ledger';
  const approved = approvedPrincipals(config, guarded, stage);
  if (approved) {
    s3.createBucket({ name: guarded, versioning: 'Enabled' });
    for (const month of ['2026-08', '2026-09', '2026-10']) s3.putObject(guarded, `books/${month}.csv`, 'date,account,amount\n');
    // As /guard-bucket puts it.
    const { statements } = guardFor({ bucket: guarded, level: 'hardened', ...approved });
    s3.setPolicy(guarded, { Version: '2012-10-17', Statement: statements });
  }

  // Where the configuration has it: nothing in the sandbox makes it otherwise.
  if (archive && !s3.find(archive.bucket)) s3.createBucket({ name: archive.bucket });
}

export interface Told {
  dir: string;
  seeded: Seeded;
  slack: SlackSecrets & { requestUrl: string; channel: string; users: Record<string, string> };
  urls: { aws: string; slack: string; page: string };
}

/** Writes what clients need into SANDBOX_DIR; only the owner may read it. */
export function writeFiles({ dir, seeded, slack, urls }: Told): void {
  const profiles = Object.entries(seeded.profiles).map(
    ([name, keys]) => `[${name}]\naws_access_key_id = ${keys.accessKeyId}\naws_secret_access_key = ${keys.secretAccessKey}\n`,
  );
  const { signingSecret, botToken, requestUrl, channel, users } = slack;
  write(dir, 'aws-credentials', profiles.join('\n'));
  write(dir, 'mfa.json', toJson(seeded.devices));
  write(dir, 'slack.json', toJson({ signingSecret, botToken, requestUrl, channel, users }));
  write(dir, 'endpoints.json', toJson(urls));
}

const toJson = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

function write(dir: string, name: string, text: string): void {
  const file = path.join(dir, name);
  // A file that is there keeps its mode.
  rmSync(file, { force: true });
  writeFileSync(file, text, { mode: 0o600 });
}

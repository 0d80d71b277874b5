/**
 * Looks up whether the principals of a guard are there, and whether those whose codes it asks for have a device that shows codes: under a guard
 * that names somebody who isn't or hasn't, nobody can delete.
 */
import type { IAMClient } from '@aws-sdk/client-iam';
import { clientOptions, nameOf } from '../src/aws/clients.ts';
import type { Guard } from '../src/domain/guard.ts';
import { ASKS_FOR_CODE, codelessIn } from '../src/domain/role-trust.ts';
import { list } from '../src/domain/words.ts';
import type { Aws } from './aws.ts';

export interface PrincipalLook {
  /** Why the principal can't be the one that is meant; undefined where it is there, or couldn't be looked up. */
  fault?: string;
  /** Why it couldn't be looked up. */
  unknown?: string;
  /** Of a role that is there: why its sessions don't stand for a code, or null where they do. */
  codeless?: string | null;
}

export interface PrincipalLookup {
  /** Looks at all whom a guard names: its principals, then its approvers. */
  all(guard: Pick<Guard, 'principals' | 'approvers'>): Promise<PrincipalLook[]>;
  /** Looks at its roles alone, by their ARNs. */
  roles(guard: Pick<Guard, 'principals'>): Promise<Map<string, PrincipalLook>>;
}

/** Looks each principal and each approver up once. IAM is one for all regions, and answers in us-east-1. Throws the SDK's errors. */
export function principalLookup(aws: Aws): PrincipalLookup {
  const known = new Map<string, Promise<PrincipalLook>>();
  const once = (key: string, ask: () => Promise<PrincipalLook>) => {
    const look = known.get(key) ?? ask();
    known.set(key, look);
    return look;
  };
  const lookAt = (arn: string) => once(arn, () => lookAtPrincipal(arn, aws));
  return {
    all: ({ principals, approvers }) =>
      Promise.all([
        ...principals.map(lookAt),
        ...approvers.map((name) => once(`approver ${name}`, () => lookAtApprover(name, principals, aws))),
      ]),
    async roles({ principals }) {
      const roles = principals.filter(isRole);
      return new Map(await Promise.all(roles.map(async (arn): Promise<[string, PrincipalLook]> => [arn, await lookAt(arn)])));
    },
  };
}

export const isRole = (arn: string): boolean => arn.includes(':role/');

async function lookAtPrincipal(arn: string, aws: Aws): Promise<PrincipalLook> {
  const [, , , , owner = '', rest = ''] = arn.split(':');
  const name = rest.slice(rest.lastIndexOf('/') + 1);
  if (rest === 'root') return {};
  if (owner !== aws.account) return { unknown: `${arn} is of another account, and was not looked up` };
  const { GetRoleCommand, GetUserCommand } = await import('@aws-sdk/client-iam');
  const iam = await iamOf(aws);
  const gone = `${arn} isn't there, and under a guard that names it nobody could delete: make it first, or name another.`;
  const other = (found = '') => ({ fault: `${arn} isn't there, but ${found} is: name it with its path.` });
  if (isRole(arn)) {
    return answered(`whether ${arn} is there, and its trust asks for a code,`, gone, async () => {
      const { Role } = await iam.send(new GetRoleCommand({ RoleName: name }));
      return Role?.Arn === arn ? { codeless: codelessOf(arn, Role.AssumeRolePolicyDocument) } : other(Role?.Arn);
    });
  }
  const there = await answered(`whether ${arn} is there`, gone, async () => {
    const { User } = await iam.send(new GetUserCommand({ UserName: name }));
    return User?.Arn === arn ? {} : other(User?.Arn);
  });
  return there.fault !== undefined ? there : { ...there, ...(await lookAtDevices(arn, name, iam)) };
}

/** Trusts come URL-encoded (IAM API Reference, GetRole). */
function codelessOf(arn: string, trust = ''): string | null {
  const statements = codelessIn(decodeURIComponent(trust), arn.split(':')[4] ?? '');
  if (statements.length === 0) return null;
  return `${arn} can be taken without a code, or in another's name, by ${list(statements.map((name) => `statement ${name}`))} of its trust: ask there for ${ASKS_FOR_CODE}.`;
}

/** A role's sessions are looked at for the name of the IAM user who took them, with a code. */
async function lookAtApprover(name: string, principals: readonly string[], aws: Aws): Promise<PrincipalLook> {
  const isOwn = principals.some((arn) => arn.startsWith(`arn:aws:iam::${aws.account}:role/`));
  if (!isOwn) return { unknown: `the approver ${name} is of another account, and was not looked up` };
  const gone = `There is no IAM user ${name} in account ${aws.account}, in whose name a session of the role would delete: name one that is there.`;
  return lookAtDevices(`approver ${name}`, name, await iamOf(aws), gone);
}

/** Security keys and passkeys give no codes (IAM API Reference, GetMFADevice: their ARNs have `u2f`; STS takes a serial number or a virtual device). */
async function lookAtDevices(who: string, name: string, iam: IAMClient, gone = `${who} isn't there.`): Promise<PrincipalLook> {
  const { ListMFADevicesCommand } = await import('@aws-sdk/client-iam');
  return answered(`whether ${who} has an MFA device`, gone, async () => {
    const { MFADevices = [] } = await iam.send(new ListMFADevicesCommand({ UserName: name }));
    const showsCodes = MFADevices.some(({ SerialNumber = '' }) => !/^arn:[\w-]+:iam::\d*:u2f\//.test(SerialNumber));
    const fault = `${who} has no MFA device that shows codes, and under a guard that asks for one could not delete: put one on the user first, or name another.`;
    return showsCodes ? {} : { fault };
  });
}

async function answered(what: string, gone: string, ask: () => Promise<PrincipalLook>): Promise<PrincipalLook> {
  try {
    return await ask();
  } catch (error) {
    if (nameOf(error) === 'NoSuchEntityException' || nameOf(error) === 'NoSuchEntity') return { fault: gone };
    if (/AccessDenied/.test(nameOf(error))) return { unknown: `${what} was not looked up: IAM denies it to these credentials` };
    throw error;
  }
}

async function iamOf({ credentials }: Aws): Promise<IAMClient> {
  const { IAMClient } = await import('@aws-sdk/client-iam');
  return new IAMClient({ ...clientOptions('us-east-1'), credentials });
}

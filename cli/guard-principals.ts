/**
 * Looks up whether the principals of a guard are there, and whether those whose codes it asks for have a device that shows codes: under a guard
 * that names somebody who isn't or hasn't, nobody can delete.
 */
import type { IAMClient } from '@aws-sdk/client-iam';
import { nameOf } from '../src/aws/clients.ts';
import type { Guard } from '../src/domain/guard.ts';
import type { Aws } from './aws.ts';

export interface PrincipalLook {
  /** Why the principal can't be the one that is meant; undefined where it is there, or couldn't be looked up. */
  fault?: string;
  /** Why it couldn't be looked up. */
  unknown?: string;
}

export type PrincipalLookup = (guard: Pick<Guard, 'principals' | 'approvers'>) => Promise<PrincipalLook[]>;

/** Looks each principal and each approver up once. IAM is one for all regions, and answers in us-east-1. Throws the SDK's errors. */
export function principalLookup(aws: Aws): PrincipalLookup {
  const known = new Map<string, Promise<PrincipalLook>>();
  const once = (key: string, ask: () => Promise<PrincipalLook>) => {
    const look = known.get(key) ?? ask();
    known.set(key, look);
    return look;
  };
  return ({ principals, approvers }) =>
    Promise.all([
      ...principals.map((arn) => once(arn, () => lookAtPrincipal(arn, aws))),
      ...approvers.map((name) => once(`approver ${name}`, () => lookAtApprover(name, principals, aws))),
    ]);
}

async function lookAtPrincipal(arn: string, aws: Aws): Promise<PrincipalLook> {
  const [, , , , owner = '', rest = ''] = arn.split(':');
  const name = rest.slice(rest.lastIndexOf('/') + 1);
  if (rest === 'root') return {};
  if (owner !== aws.account) return { unknown: `${arn} is of another account, and was not looked up` };
  const { GetRoleCommand, GetUserCommand } = await import('@aws-sdk/client-iam');
  const iam = await iamOf(aws);
  const isRole = rest.startsWith('role/');
  const gone = `${arn} isn't there, and under a guard that names it nobody could delete: make it first, or name another.`;
  const there = await answered(`whether ${arn} is there`, gone, async () => {
    const found = isRole
      ? (await iam.send(new GetRoleCommand({ RoleName: name }))).Role?.Arn
      : (await iam.send(new GetUserCommand({ UserName: name }))).User?.Arn;
    return found === arn ? {} : { fault: `${arn} isn't there, but ${found} is: name it with its path.` };
  });
  return there.fault !== undefined || isRole ? there : { ...there, ...(await lookAtDevices(arn, name, iam)) };
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
  return new IAMClient({ region: 'us-east-1', credentials });
}

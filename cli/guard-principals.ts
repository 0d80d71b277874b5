/** Looks up whether the principals of a guard are there: under one that names somebody who isn't, nobody can delete. */
import { nameOf } from '../src/aws/clients.ts';
import type { Aws } from './aws.ts';

export interface PrincipalLook {
  /** Why the principal can't be the one that is meant; undefined where it is there, or couldn't be looked up. */
  fault?: string;
  /** Why it couldn't be looked up. */
  unknown?: string;
}

/** Looks each principal up once. IAM is one for all regions, and answers in us-east-1. */
export function principalLookup(aws: Aws): (arn: string) => Promise<PrincipalLook> {
  const known = new Map<string, Promise<PrincipalLook>>();
  return (arn) => {
    const look = known.get(arn) ?? lookUp(arn, aws);
    known.set(arn, look);
    return look;
  };
}

async function lookUp(arn: string, { account, credentials }: Aws): Promise<PrincipalLook> {
  const [, , , , owner = '', rest = ''] = arn.split(':');
  const name = rest.slice(rest.lastIndexOf('/') + 1);
  if (rest === 'root') return {};
  if (owner !== account) return { unknown: `${arn} is of another account, and was not looked up` };
  const { GetRoleCommand, GetUserCommand, IAMClient } = await import('@aws-sdk/client-iam');
  const iam = new IAMClient({ region: 'us-east-1', credentials });
  try {
    const found = rest.startsWith('role/')
      ? (await iam.send(new GetRoleCommand({ RoleName: name }))).Role?.Arn
      : (await iam.send(new GetUserCommand({ UserName: name }))).User?.Arn;
    return found === arn ? {} : { fault: `${arn} isn't there, but ${found} is: name it with its path.` };
  } catch (error) {
    if (nameOf(error) === 'NoSuchEntityException' || nameOf(error) === 'NoSuchEntity') {
      return { fault: `${arn} isn't there, and under a guard that names it nobody could delete: make it first, or name another.` };
    }
    if (/AccessDenied/.test(nameOf(error)))
      return { unknown: `whether ${arn} is there was not looked up: IAM denies it to these credentials` };
    throw error;
  }
}

/** What serverless.yml and the other files here build the stack from: the stage's configuration, checked. */
import { loadConfig } from '../src/config.ts';
import { machineArn as machineArnOf, placeOf, roleArn } from '../src/domain/names.ts';

/** @param {{resolveVariable: (address: string) => Promise<any>}} osls what osls hands to a function that a `${file()}` names */
export async function stack({ resolveVariable }) {
  const stage = await resolveVariable('sls:stage');
  const config = loadConfig(`config/${stage}.yml`);
  return {
    stage,
    config,
    place: placeOf(config, stage),
    keys: { seal: arnOf('SealKey'), history: arnOf('HistoryKey'), secrets: arnOf('SecretsKey') },
  };
}

const arnOf = (logicalId) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });

export const region = async (osls) => (await stack(osls)).config.region;
export const machineArn = async (osls) => machineArnOf((await stack(osls)).place);
export const deletionRoleArn = async (osls) => roleArn((await stack(osls)).place, 'deletion');

/** Keeps IAM's `${aws:…}` from osls, which has variables of that look itself: a backslash before it stands for the text as it is. */
export function verbatim(policy) {
  return JSON.parse(JSON.stringify(policy).replaceAll('${', '\\\\${'));
}

/** The three keys. Kept when the stack goes, but not where the deployment that makes them fails. */
import { historyKeyPolicy, sealKeyPolicy, secretsKeyPolicy } from '../src/domain/policies.ts';
import { stack } from './stack.js';

export async function resources(osls) {
  const { config, stage } = await stack(osls);
  return {
    ...key('Seal', 'Interlock: what travels sealed between the functions', `interlock-${stage}-seal`, sealKeyPolicy(config, { stage })),
    ...key('History', "Interlock: the state machine's history", `interlock-${stage}-history`, historyKeyPolicy(config, { stage })),
    ...key('Secrets', "Interlock: the approvers' access keys", `interlock-${stage}-secrets`, secretsKeyPolicy(config, { stage })),
  };
}

function key(name, description, alias, policy) {
  return {
    [`${name}Key`]: {
      Type: 'AWS::KMS::Key',
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
      Properties: { Description: description, EnableKeyRotation: true, KeyPolicy: policy },
    },
    [`${name}KeyAlias`]: { Type: 'AWS::KMS::Alias', Properties: { AliasName: `alias/${alias}`, TargetKeyId: { Ref: `${name}Key` } } },
  };
}

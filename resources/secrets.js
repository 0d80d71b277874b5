/** The secrets, with no value: an operator puts it in (docs/install.md). Kept when the stack goes. */
import { slackSecretName } from '../src/domain/names.ts';
import { approverSecretPolicy } from '../src/domain/policies.ts';
import { stack } from './stack.js';

export async function resources(osls) {
  const { config, stage, place, keys } = await stack(osls);
  const all = {
    SigningSecret: secret(slackSecretName(place, 'signing-secret'), "Slack's signing secret"),
    BotToken: secret(slackSecretName(place, 'bot-token'), "Slack's bot token"),
  };
  for (const approver of Object.values(config.approvers)) {
    const id = `${approver.name[0].toUpperCase()}${approver.name.slice(1)}`;
    all[`${id}ApproverSecret`] = secret(approver.secret, `Access key of the approver ${approver.name}`, keys.secrets);
    all[`${id}ApproverSecretPolicy`] = {
      Type: 'AWS::SecretsManager::ResourcePolicy',
      Properties: {
        SecretId: { Ref: `${id}ApproverSecret` },
        BlockPublicPolicy: true,
        ResourcePolicy: approverSecretPolicy(config, { stage }),
      },
    };
  }
  return all;
}

function secret(name, description, keyArn) {
  return {
    Type: 'AWS::SecretsManager::Secret',
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
    Properties: { Name: name, Description: description, ...(keyArn && { KmsKeyId: keyArn }) },
  };
}

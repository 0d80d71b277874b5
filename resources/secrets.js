/**
 * The secrets, with no value: an operator puts it in (docs/install.md). They go with what they are for, at once (aws-cloudformation/cloudformation-coverage-roadmap#1999,
 * read November 2026): a key that nobody uses any more lies nowhere, and its name is free for an approver who comes back. What was in one is made anew, or stands in Slack.
 */
import { slackSecretName } from '../src/domain/names.ts';
import { approverSecretPolicy, slackSecretPolicy } from '../src/domain/policies.ts';
import { stack } from './stack.js';

export async function resources(osls) {
  const { config, stage, place, keys } = await stack(osls);
  const slack = (id, name, description) =>
    guarded(id, slackSecretName(place, name), description, slackSecretPolicy(config, { stage }, name));
  const approvers = Object.values(config.approvers).map(({ name, secret }) =>
    guarded(
      `${capital(name)}ApproverSecret`,
      secret,
      `Access key of the approver ${name}`,
      approverSecretPolicy(config, { stage }),
      keys.secrets,
    ),
  );
  return Object.assign(
    slack('SigningSecret', 'signing-secret', "Slack's signing secret"),
    slack('BotToken', 'bot-token', "Slack's bot token"),
    ...approvers,
  );
}

/** A secret, and the policy that keeps it from all who only write it. */
function guarded(id, name, description, policy, keyArn) {
  return {
    [id]: secret(name, description, keyArn),
    [`${id}Policy`]: {
      Type: 'AWS::SecretsManager::ResourcePolicy',
      Properties: { SecretId: { Ref: id }, BlockPublicPolicy: true, ResourcePolicy: policy },
    },
  };
}

const capital = (name) => `${name[0].toUpperCase()}${name.slice(1)}`;

function secret(name, description, keyArn) {
  return {
    Type: 'AWS::SecretsManager::Secret',
    Properties: { Name: name, Description: description, ...(keyArn && { KmsKeyId: keyArn }) },
  };
}

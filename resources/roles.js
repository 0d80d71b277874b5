/** A role for each function, for the state machine, and the deletion role, which approvers take a session of. */
import { FUNCTIONS, roleName } from '../src/domain/names.ts';
import * as policies from '../src/domain/policies.ts';
import { stack, verbatim } from './stack.js';

/** IAM takes roles from one hour up (API Reference, CreateRole, MaxSessionDuration). */
const HOUR = 3600;

/** IAM and STS quotas, "IAM and STS entity character limits": white space isn't counted; trusts can be raised to 4,096 on request. */
const LIMITS = { trust: 2048, permissions: 10_240 };

export async function resources(osls) {
  const { config, stage, place, keys } = await stack(osls);
  // Put by hand (docs/install.md); what is too long is told here.
  for (const approver of Object.keys(config.approvers)) policies.approverUserPolicy(config, approver, { stage });
  const all = {};
  for (const name of FUNCTIONS) {
    const id = `${name[0].toUpperCase()}${name.slice(1)}Role`;
    all[id] = role(roleName(place, name), policies.functionTrust(), policies.functionPolicy(name, config, { stage, keys }));
  }
  all.MachineRole = role(roleName(place, 'machine'), policies.machineTrust(), policies.machinePolicy(config, { stage, keys }));
  const trust = policies.deletionRoleTrust(config);
  if (trust) {
    all.DeletionRole = role(roleName(place, 'deletion'), trust, policies.deletionRolePermissions(config));
    all.DeletionRole.Properties.MaxSessionDuration = Math.max(HOUR, config.maxSessionSeconds);
    // IAM refuses a trust in users that don't exist: before anything is made that waits for the machine (tables.yml).
    all.MachineRole.DependsOn = 'DeletionRole';
  }
  return all;
}

function role(name, trust, permissions) {
  for (const [part, document] of Object.entries({ trust, permissions })) {
    const size = JSON.stringify(document).length;
    if (size > LIMITS[part]) {
      throw new Error(
        `the policy document for the ${part} of ${name} has ${size} characters, and IAM takes ${LIMITS[part]}: write fewer rules or approvers, or shorter names`,
      );
    }
  }
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName: name,
      AssumeRolePolicyDocument: verbatim(trust),
      Policies: [{ PolicyName: 'interlock', PolicyDocument: verbatim(permissions) }],
    },
  };
}

import type * as sdk from '@aws-sdk/client-iam';
import * as schemas from '@aws-sdk/client-iam';
import { AwsError, type Call, type Caller, type Operation, type Service } from '../service.ts';
import type { IamStore, MfaDevice, NamedPolicy, Role, User } from './iam-store.ts';

/** The sandbox's IAM, for reading: what an operator's client looks with. */
export function createIam(store: IamStore): Service {
  const user = (name: string | undefined, caller: Caller): User => {
    const own = caller.kind === 'user' ? caller.name : caller.kind === 'session' ? caller.userName : undefined;
    const found = store.users.get(name ?? own ?? '');
    if (!found) throw noSuchEntity('user', name ?? 'root');
    return found;
  };
  const role = (name: string | undefined): Role => {
    const found = store.roles.get(name ?? '');
    if (!found) throw noSuchEntity('role', name ?? '');
    return found;
  };

  const onUser = <Input extends { UserName?: string | undefined }, Output>(
    schema: unknown,
    action: string,
    run: (user: User, input: Input) => Output,
  ): Operation<Input, Output> => ({
    schema,
    questions: (input, call) => [
      { action: `iam:${action}`, resource: user(input.UserName, call.caller).arn, resourceAccount: call.account },
    ],
    run: (input, call) => run(user(input.UserName, call.caller), input),
  });
  const onRole = <Input extends { RoleName?: string | undefined }, Output>(
    schema: unknown,
    action: string,
    run: (role: Role, input: Input) => Output,
  ): Operation<Input, Output> => ({
    schema,
    questions: (input, call) => [{ action: `iam:${action}`, resource: role(input.RoleName).arn, resourceAccount: call.account }],
    run: (input) => run(role(input.RoleName), input),
  });
  const onAll = <Output>(schema: unknown, action: string, run: () => Output): Operation<object, Output> => ({
    schema,
    questions: (_, call: Call) => [{ action: `iam:${action}`, resource: '*', resourceAccount: call.account }],
    run: () => run(),
  });

  const deviceOf = ({ serial, owner, enabledAt }: MfaDevice): sdk.VirtualMFADevice => {
    const found = store.users.get(owner);
    const root = { Path: undefined, UserName: undefined, UserId: store.account, Arn: store.rootArn, CreateDate: new Date(0) };
    return { SerialNumber: serial, EnableDate: new Date(enabledAt), User: found ? userOf(found) : root };
  };

  return {
    name: 'iam',
    protocol: 'awsQuery',
    operations: {
      GetUser: {
        schema: schemas.GetUser$,
        questions: (input: sdk.GetUserRequest, call: Call) => [
          {
            action: 'iam:GetUser',
            resource: isOwnRoot(input, call) ? `arn:aws:iam::${call.account}:user/root` : user(input.UserName, call.caller).arn,
            resourceAccount: call.account,
          },
        ],
        run: (input: sdk.GetUserRequest, call: Call): sdk.GetUserResponse => {
          // Root has no user's name; IAM shows it with the account's id (AWS CLI reference, "get-user").
          if (isOwnRoot(input, call))
            return { User: { Path: '/', UserName: undefined, UserId: call.account, Arn: store.rootArn, CreateDate: new Date(0) } };
          const found = user(input.UserName, call.caller);
          return { User: { ...userOf(found), Tags: tagsOf(found.tags) } };
        },
      },
      ListUsers: onAll<sdk.ListUsersResponse>(schemas.ListUsers$, 'ListUsers', () => ({
        Users: [...store.users.values()].map(userOf),
        IsTruncated: false,
      })),
      GetUserPolicy: onUser<sdk.GetUserPolicyRequest, sdk.GetUserPolicyResponse>(
        schemas.GetUserPolicy$,
        'GetUserPolicy',
        (found, input) => ({
          UserName: found.name,
          ...inline(found.policies, input.PolicyName, 'user policy'),
        }),
      ),
      ListUserPolicies: onUser<sdk.ListUserPoliciesRequest, sdk.ListUserPoliciesResponse>(
        schemas.ListUserPolicies$,
        'ListUserPolicies',
        namesOf,
      ),
      ListAttachedUserPolicies: onUser<sdk.ListAttachedUserPoliciesRequest, sdk.ListAttachedUserPoliciesResponse>(
        schemas.ListAttachedUserPolicies$,
        'ListAttachedUserPolicies',
        () => ({ AttachedPolicies: [], IsTruncated: false }),
      ),
      ListGroupsForUser: onUser<sdk.ListGroupsForUserRequest, sdk.ListGroupsForUserResponse>(
        schemas.ListGroupsForUser$,
        'ListGroupsForUser',
        () => ({
          Groups: [],
          IsTruncated: false,
        }),
      ),
      ListAccessKeys: onUser<sdk.ListAccessKeysRequest, sdk.ListAccessKeysResponse>(schemas.ListAccessKeys$, 'ListAccessKeys', (found) => ({
        AccessKeyMetadata: [...store.keys.values()]
          .filter((key) => key.owner === found.name)
          .map((key) => ({ UserName: found.name, AccessKeyId: key.accessKeyId, Status: 'Active', CreateDate: new Date(key.createdAt) })),
        IsTruncated: false,
      })),
      ListMFADevices: onUser<sdk.ListMFADevicesRequest, sdk.ListMFADevicesResponse>(schemas.ListMFADevices$, 'ListMFADevices', (found) => ({
        MFADevices: [...store.devices.values()]
          .filter((device) => device.owner === found.name)
          .map((device) => ({ UserName: found.name, SerialNumber: device.serial, EnableDate: new Date(device.enabledAt) })),
        IsTruncated: false,
      })),
      GetRole: onRole<sdk.GetRoleRequest, sdk.GetRoleResponse>(schemas.GetRole$, 'GetRole', (found) => ({
        Role: { ...roleOf(found), Tags: tagsOf(found.tags) },
      })),
      ListRoles: onAll<sdk.ListRolesResponse>(schemas.ListRoles$, 'ListRoles', () => ({
        Roles: [...store.roles.values()].map(roleOf),
        IsTruncated: false,
      })),
      GetRolePolicy: onRole<sdk.GetRolePolicyRequest, sdk.GetRolePolicyResponse>(
        schemas.GetRolePolicy$,
        'GetRolePolicy',
        (found, input) => ({
          RoleName: found.name,
          ...inline(found.policies, input.PolicyName, 'role policy'),
        }),
      ),
      ListRolePolicies: onRole<sdk.ListRolePoliciesRequest, sdk.ListRolePoliciesResponse>(
        schemas.ListRolePolicies$,
        'ListRolePolicies',
        namesOf,
      ),
      ListAttachedRolePolicies: onRole<sdk.ListAttachedRolePoliciesRequest, sdk.ListAttachedRolePoliciesResponse>(
        schemas.ListAttachedRolePolicies$,
        'ListAttachedRolePolicies',
        () => ({ AttachedPolicies: [], IsTruncated: false }),
      ),
      // Root's device has root for its user (IAM API reference, "ListVirtualMFADevices").
      ListVirtualMFADevices: {
        schema: schemas.ListVirtualMFADevices$,
        questions: (_: sdk.ListVirtualMFADevicesRequest, call: Call) => [
          { action: 'iam:ListVirtualMFADevices', resource: '*', resourceAccount: call.account },
        ],
        run: ({ AssignmentStatus = 'Any' }: sdk.ListVirtualMFADevicesRequest): sdk.ListVirtualMFADevicesResponse => ({
          // All devices here belong to somebody.
          VirtualMFADevices: AssignmentStatus === 'Unassigned' ? [] : [...store.devices.values()].map(deviceOf),
          IsTruncated: false,
        }),
      },
      ListGroups: onAll<sdk.ListGroupsResponse>(schemas.ListGroups$, 'ListGroups', () => ({ Groups: [], IsTruncated: false })),
      ListPolicies: onAll<sdk.ListPoliciesResponse>(schemas.ListPolicies$, 'ListPolicies', () => ({ Policies: [], IsTruncated: false })),
      GetAccountAuthorizationDetails: onAll<sdk.GetAccountAuthorizationDetailsResponse>(
        schemas.GetAccountAuthorizationDetails$,
        'GetAccountAuthorizationDetails',
        () => ({
          UserDetailList: [...store.users.values()].map((found) => ({
            ...userOf(found),
            UserPolicyList: found.policies.map(detailOf),
            GroupList: [],
            AttachedManagedPolicies: [],
            Tags: tagsOf(found.tags),
          })),
          RoleDetailList: [...store.roles.values()].map((found) => {
            const { MaxSessionDuration: _, ...role } = roleOf(found);
            return {
              ...role,
              RolePolicyList: found.policies.map(detailOf),
              InstanceProfileList: [],
              AttachedManagedPolicies: [],
              Tags: tagsOf(found.tags),
            };
          }),
          GroupDetailList: [],
          Policies: [],
          IsTruncated: false,
        }),
      ),
      GetAccountSummary: onAll<sdk.GetAccountSummaryResponse>(schemas.GetAccountSummary$, 'GetAccountSummary', () => {
        const ofRoot = (items: Iterable<{ owner: string }>): number => [...items].filter(({ owner }) => owner === 'root').length;
        return {
          SummaryMap: {
            Users: store.users.size,
            Roles: store.roles.size,
            MFADevices: store.devices.size,
            MFADevicesInUse: store.devices.size,
            AccountMFAEnabled: ofRoot(store.devices.values()),
            AccountAccessKeysPresent: ofRoot(store.keys.values()),
          },
        };
      }),
    },
  };
}

const isOwnRoot = (input: sdk.GetUserRequest, { caller }: Call): boolean =>
  input.UserName === undefined && (caller.kind === 'root' || (caller.kind === 'session' && caller.of === 'root'));

/** IAM API reference, "GetRole": policies are URL-encoded (RFC 3986). */
const encoded = (document: unknown): string => encodeURIComponent(typeof document === 'string' ? document : JSON.stringify(document));

function inline(policies: NamedPolicy[], name: string | undefined, kind: string): { PolicyName: string; PolicyDocument: string } {
  const found = policies.find((policy) => policy.name === name);
  if (!found) throw noSuchEntity(kind, name ?? '');
  return detailOf(found);
}

const detailOf = ({ name, document }: NamedPolicy) => ({ PolicyName: name, PolicyDocument: encoded(document) });

const namesOf = ({ policies }: { policies: NamedPolicy[] }) => ({ PolicyNames: policies.map(({ name }) => name), IsTruncated: false });

const tagsOf = (tags: Record<string, string>) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

const userOf = (user: User): sdk.User => ({
  UserName: user.name,
  Path: user.path,
  Arn: user.arn,
  UserId: user.id,
  CreateDate: new Date(user.createdAt),
});

const roleOf = (role: Role): sdk.Role => ({
  RoleName: role.name,
  Path: role.path,
  Arn: role.arn,
  RoleId: role.id,
  CreateDate: new Date(role.createdAt),
  AssumeRolePolicyDocument: encoded(role.trust),
  MaxSessionDuration: role.maxSessionDuration,
});

const noSuchEntity = (kind: string, name: string): AwsError =>
  new AwsError('NoSuchEntity', `The ${kind} with name ${name} cannot be found.`, 404);

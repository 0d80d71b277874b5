import { deletionRoleTrust } from '../../src/domain/policies.ts';
import { codelessIn } from '../../src/domain/role-trust.ts';
import { aConfig } from '../helpers/models.ts';

const OURS = '111122223333';
const ALICE = 'arn:aws:iam::111122223333:user/people/alice';
const code = { Bool: { 'aws:MultiFactorAuthPresent': 'true' } };
const own = { StringEquals: { 'sts:SourceIdentity': '${aws:username}' } };
const takes = (Condition: object, more: object = {}) => ({
  Effect: 'Allow',
  Principal: { AWS: ['111122223333'] },
  Action: 'sts:AssumeRole',
  Condition,
  ...more,
});
const trust = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });

describe('codelessIn', () => {
  it.each<[string, string]>([
    ["Interlock's own", JSON.stringify(deletionRoleTrust(aConfig()))],
    ['a code and the own name', trust(takes({ ...code, ...own }))],
    [
      'written as JSON has it',
      trust(takes({ Bool: { 'aws:multifactorauthpresent': true }, StringLike: { 'sts:sourceidentity': ['${AWS:username}'] } })),
    ],
    ['one user, by name', trust(takes({ ...code, StringEquals: { 'sts:SourceIdentity': 'alice' } }, { Principal: { AWS: ALICE } }))],
    ['a user who was deleted', trust(takes({ ...code, ...own }, { Principal: { AWS: [ALICE, 'AIDACKCEVSQ6C2EXAMPLE'] } }))],
    ['nobody', trust(takes({}, { Effect: 'Deny' }), takes({}, { Action: ['sts:TagSession', 'sts:SetSourceIdentity'] }))],
  ])('finds nothing in a trust of %s', (_, text) => {
    expect(codelessIn(text, OURS)).toEqual([]);
  });

  it.each<[string, object]>([
    ['asks for nothing', takes({})],
    ['asks for no name', takes(code)],
    ['asks for no code', takes(own)],
    ['passes long-term keys', takes({ BoolIfExists: code.Bool, ...own })],
    ['takes anybody with a code for alice', takes({ ...code, StringEquals: { 'sts:SourceIdentity': 'alice' } })],
    ['takes any name', takes({ ...code, StringLike: { 'sts:SourceIdentity': ['${aws:username}', '*'] } })],
    ['asks where a name is given', takes({ ...code, StringEqualsIfExists: own.StringEquals })],
    [
      'takes alice or others for alice',
      takes({ ...code, StringEquals: { 'sts:SourceIdentity': 'alice' } }, { Principal: { AWS: ALICE, Service: 'ec2.amazonaws.com' } }),
    ],
    ['takes whoever signed in elsewhere', takes({}, { Principal: { Federated: 'x' }, Action: 'sts:AssumeRoleWithSAML' })],
    [
      'takes whoever bears the name in another account',
      takes({ ...code, ...own }, { Principal: { AWS: 'arn:aws:iam::999999999999:root' } }),
    ],
    ['takes whoever bears the name in any account', takes({ ...code, ...own }, { Principal: '*' })],
    ['takes them by a pattern', takes({}, { Action: 'sts:*' })],
  ])('names the statement that %s', (_, statement) => {
    expect(codelessIn(trust(takes({ ...code, ...own }), { Sid: 'Open', ...statement }), OURS)).toEqual(['“Open”']);
  });

  it('takes one that is no policy for open', () => {
    expect(codelessIn('[', OURS)).toHaveLength(1);
  });
});

/** The packaged stack, deployed into the sandbox: each resource of the template becomes what the sandbox has for it. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { unzipSync } from 'fflate';
import { HttpApi } from './api.ts';
import type { Aws } from './aws/aws.ts';
import { checkDefinition, type Flow } from './aws/services/step-functions/index.ts';
import type { Clock } from './clock.ts';
import type { Events } from './events.ts';
import type { Functions } from './functions.ts';
import type { Permissions } from './permissions.ts';
import { type Created, createStack, type Json, type Template } from './template.ts';

/** The account's stores that a template fills. */
export type Stores = Pick<Aws, 'iam' | 'kms' | 'secrets' | 'dynamodb'>;

export interface DeployOptions {
  clock: Clock;
  account: string;
  region: string;
  /** Where the template and the functions' zips lie. */
  packaged: string;
  /** SANDBOX_DIR: bundles are unpacked into its `functions/`. */
  dir: string;
  aws: Stores;
  functions: Functions;
  flow: Flow;
  events: Events;
  permissions: Permissions;
}

export interface Deployed {
  apis: HttpApi[];
  /** By logical id. */
  resources: Map<string, Created>;
}

/** What `create` is given: a resource's logical id and its properties, resolved. */
type Make = (properties: Json, id: string) => Created | Promise<Created>;

const TEMPLATE = 'cloudformation-template-update-stack.json';

/** Deploys what lies in `packaged`. Throws an Error that names the resource which can't be made, and why. */
export async function deploy(options: DeployOptions): Promise<Deployed> {
  const template: Template = JSON.parse(readFileSync(path.join(options.packaged, TEMPLATE), 'utf8'));
  const apis = new Map<string, HttpApi>();
  const makers: Record<string, Make> = { ...dataMakers(options), ...codeMakers(options), ...apiMakers(options, apis) };
  const resources = await createStack(template, {
    account: options.account,
    region: options.region,
    stackName: 'interlock-sandbox',
    create: async ({ id, type, properties }) => {
      const make = makers[type];
      if (!make) throw new Error(`resource ${id}: the sandbox has no ${type}`);
      try {
        return await make(properties, id);
      } catch (error) {
        throw new Error(`resource ${id} (${type}): ${(error as Error).message}`, { cause: error });
      }
    },
  });
  return { apis: [...apis.values()], resources };
}

/** Tables, keys, secrets, roles; and what the sandbox needs no counterpart for. */
function dataMakers({ aws, account, region }: DeployOptions): Record<string, Make> {
  return {
    'AWS::DynamoDB::Table': async (table) => {
      await aws.dynamodb.createTable(table);
      return { ref: table.TableName, attributes: { Arn: `arn:aws:dynamodb:${region}:${account}:table/${table.TableName}` } };
    },
    'AWS::KMS::Key': ({ KeyPolicy, Description }) => {
      const { keyId, arn } = aws.kms.createKey({ policy: KeyPolicy, description: Description });
      return { ref: keyId, attributes: { Arn: arn, KeyId: keyId } };
    },
    'AWS::KMS::Alias': ({ AliasName, TargetKeyId }) => {
      aws.kms.createAlias(AliasName, TargetKeyId);
      return { ref: AliasName };
    },
    'AWS::SecretsManager::Secret': ({ Name, KmsKeyId, SecretString }) => {
      const { arn } = aws.secrets.create({ name: Name, value: SecretString, kmsKeyArn: KmsKeyId });
      return { ref: arn, attributes: { Id: arn } };
    },
    'AWS::SecretsManager::ResourcePolicy': ({ SecretId, ResourcePolicy }) => {
      aws.secrets.setPolicy(SecretId, ResourcePolicy);
      return { ref: SecretId };
    },
    'AWS::IAM::Role': ({ RoleName, Path, AssumeRolePolicyDocument, Policies = [], MaxSessionDuration, ManagedPolicyArns, Tags = [] }) => {
      if (ManagedPolicyArns?.length) throw new Error(`the sandbox has no managed policies (${ManagedPolicyArns.join(', ')})`);
      const role = aws.iam.createRole({
        name: RoleName,
        path: Path,
        trust: AssumeRolePolicyDocument,
        policies: Policies.map((policy: Json) => ({ name: policy.PolicyName, document: policy.PolicyDocument })),
        maxSessionDuration: MaxSessionDuration,
        tags: Object.fromEntries(Tags.map(({ Key, Value }: { Key: string; Value: string }) => [Key, Value])),
      });
      return { ref: role.name, attributes: { Arn: role.arn, RoleId: role.id } };
    },
    'AWS::IAM::Policy': ({ PolicyName, PolicyDocument, Roles = [] }) => {
      for (const name of Roles) {
        const role = aws.iam.roles.get(name);
        if (!role) throw new Error(`there is no role ${name}`);
        role.policies.push({ name: PolicyName, document: PolicyDocument });
      }
      return { ref: PolicyName };
    },
    // Functions' output is kept by the sandbox itself, and bundles are taken from where they were packaged.
    'AWS::Logs::LogGroup': ({ LogGroupName }) => ({
      ref: LogGroupName,
      attributes: { Arn: `arn:aws:logs:${region}:${account}:log-group:${LogGroupName}:*` },
    }),
    'AWS::S3::Bucket': ({ BucketName }, id) => {
      const name = BucketName ?? id.toLowerCase();
      return { ref: name, attributes: { Arn: `arn:aws:s3:::${name}`, DomainName: `${name}.s3.amazonaws.com` } };
    },
    'AWS::S3::BucketPolicy': (_, id) => ({ ref: id }),
  };
}

/** Functions, the state machine, rules. */
function codeMakers({ functions, flow, events, permissions, packaged, dir, account, region }: DeployOptions): Record<string, Make> {
  return {
    'AWS::Lambda::Function': ({ FunctionName, Code, Handler, Role, Environment, Timeout, MemorySize, ReservedConcurrentExecutions }) => {
      const zip = path.basename(Code.S3Key);
      const alias = path.basename(zip, '.zip');
      const root = path.join(dir, 'functions', alias);
      unpack(path.join(packaged, zip), root);
      const arn = `arn:aws:lambda:${region}:${account}:function:${FunctionName}`;
      functions.add({
        name: FunctionName,
        alias,
        arn,
        roleArn: Role,
        root,
        handler: Handler,
        environment: Environment?.Variables ?? {},
        timeoutSeconds: Timeout ?? 3,
        memoryMb: MemorySize ?? 128,
        concurrency: ReservedConcurrentExecutions,
      });
      return { ref: FunctionName, attributes: { Arn: arn } };
    },
    'AWS::Lambda::Permission': ({ FunctionName, Principal, SourceArn }, id) => {
      const definition = functions.find(FunctionName);
      if (!definition) throw new Error(`there is no function ${FunctionName}`);
      permissions.add({ functionArn: definition.arn, principal: Principal, sourceArn: SourceArn });
      return { ref: id };
    },
    'AWS::Lambda::EventInvokeConfig': ({ FunctionName, MaximumRetryAttempts }, id) => {
      const definition = functions.find(FunctionName);
      if (!definition) throw new Error(`there is no function ${FunctionName}`);
      definition.asyncRetries = MaximumRetryAttempts;
      return { ref: id };
    },
    'AWS::Lambda::Version': ({ FunctionName }) => ({ ref: `${functions.find(FunctionName)?.arn}:1` }),
    'AWS::Lambda::Alias': ({ FunctionName, Name }) => ({ ref: `${functions.find(FunctionName)?.arn}:${Name}` }),
    'AWS::StepFunctions::StateMachine': ({ StateMachineName, RoleArn, EncryptionConfiguration, ...rest }) => {
      const definition = substituted(rest);
      checkDefinition(definition);
      const { arn, name } = flow.createMachine({
        name: StateMachineName,
        roleArn: RoleArn,
        definition,
        keyArn: EncryptionConfiguration?.KmsKeyId,
      });
      return { ref: arn, attributes: { Arn: arn, Name: name } };
    },
    'AWS::Events::Rule': ({ Name, EventPattern, ScheduleExpression, State, Targets = [] }, id) => {
      const name = Name ?? id;
      const arn = `arn:aws:events:${region}:${account}:rule/${name}`;
      const targets = Targets.map((target: Json) => ({ arn: target.Arn, input: target.Input }));
      if (State !== 'DISABLED') events.addRule({ arn, pattern: EventPattern, schedule: ScheduleExpression, targets });
      return { ref: name, attributes: { Arn: arn } };
    },
  };
}

/** The HTTP API: a route leads to an integration, an integration to a function. */
function apiMakers({ functions, permissions, clock, account, region }: DeployOptions, apis: Map<string, HttpApi>): Record<string, Make> {
  const integrations = new Map<string, string>();
  const found = (id: string): HttpApi => {
    const api = apis.get(id);
    if (!api) throw new Error(`there is no API ${id}`);
    return api;
  };
  return {
    'AWS::ApiGatewayV2::Api': ({ ProtocolType }) => {
      if (ProtocolType !== 'HTTP') throw new Error(`the sandbox has HTTP APIs only, no ${ProtocolType}`);
      const id = `sandbox${apis.size + 1}`;
      apis.set(
        id,
        new HttpApi(id, { clock, account, region, permissions, invoke: (arn, event) => functions.invoke(arn, event, { waitedFor: true }) }),
      );
      return { ref: id, attributes: { ApiId: id, ApiEndpoint: `https://${id}.execute-api.${region}.amazonaws.com` } };
    },
    'AWS::ApiGatewayV2::Stage': ({ ApiId, StageName, DefaultRouteSettings }) => {
      const { ThrottlingBurstLimit: burst, ThrottlingRateLimit: rate } = DefaultRouteSettings ?? {};
      if (burst !== undefined && rate !== undefined) found(ApiId).throttle(Number(burst), Number(rate));
      return { ref: StageName };
    },
    'AWS::ApiGatewayV2::Integration': ({ ApiId, IntegrationUri, PayloadFormatVersion }, id) => {
      if (PayloadFormatVersion !== '2.0') throw new Error('the sandbox has payload format 2.0 only');
      const definition = functions.find(IntegrationUri);
      if (!definition) throw new Error(`${IntegrationUri} is no function`);
      integrations.set(`${found(ApiId).id}/${id}`, definition.arn);
      return { ref: id };
    },
    'AWS::ApiGatewayV2::Route': ({ ApiId, RouteKey, Target }, id) => {
      const functionArn = integrations.get(`${ApiId}/${String(Target).replace('integrations/', '')}`);
      if (!functionArn) throw new Error(`${Target} is no integration`);
      found(ApiId).addRoute(RouteKey, functionArn);
      return { ref: id };
    },
  };
}

/** The definition with its substitutions, which stand in text as `${Name}`; what has no value stays, as in CloudFormation. */
function substituted({ Definition, DefinitionString, DefinitionSubstitutions = {} }: Json): Json {
  const replace = (text: string) => text.replace(/\$\{(\w+)\}/g, (whole, name) => DefinitionSubstitutions[name] ?? whole);
  const walk = (node: Json): Json => {
    if (typeof node === 'string') return replace(node);
    if (Array.isArray(node)) return node.map(walk);
    if (node === null || typeof node !== 'object') return node;
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, walk(value)]));
  };
  return walk(Definition ?? JSON.parse(DefinitionString));
}

function unpack(zip: string, root: string): void {
  const files = unzipSync(readFileSync(zip));
  rmSync(root, { recursive: true, force: true });
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(root, name);
    if (!file.startsWith(root + path.sep)) throw new Error(`${zip} holds ${name}, which would lie outside its folder`);
    if (name.endsWith('/')) continue;
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

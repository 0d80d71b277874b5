import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { WebClient } from '@slack/web-api';
import { Aws } from '../../sandbox/aws/aws.ts';
import type { Service } from '../../sandbox/aws/service.ts';
import { Flow, stepFunctionsService } from '../../sandbox/aws/services/step-functions/index.ts';
import { Clock } from '../../sandbox/clock.ts';
import { Faults } from '../../sandbox/faults.ts';
import { METHODS } from '../../sandbox/slack/endpoint.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** The product's code, file by file. */
const SOURCES = ['src', 'handlers'].flatMap((folder) =>
  readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(path.join(ROOT, folder, file), 'utf8')),
);

/** What a file imports from a package, types left out. */
const imports = SOURCES.flatMap((text) =>
  [...text.matchAll(/import (type )?\{([^}]*)\} from '(@aws-sdk\/[\w-]+|@aws-crypto\/[\w-]+)'/g)].flatMap(
    ([, type, names = '', from = '']) =>
      type
        ? []
        : names
            .split(',')
            .map((name) => name.trim())
            .filter((name) => name !== '' && !name.startsWith('type '))
            .map((name) => ({ name, from })),
  ),
);

/** The service behind each client: by the name in signatures, S3 Control's apart. */
const SERVICES: Record<string, string> = {
  '@aws-sdk/client-dynamodb': 'dynamodb',
  '@aws-sdk/client-s3': 's3',
  '@aws-sdk/client-s3-control': 's3 control',
  '@aws-sdk/client-secrets-manager': 'secretsmanager',
  '@aws-sdk/client-sfn': 'states',
  '@aws-sdk/client-sts': 'sts',
  '@aws-sdk/lib-dynamodb': 'dynamodb',
};
/** The document client's commands go out as these (README of @aws-sdk/lib-dynamodb). */
const DOCUMENT_COMMANDS: Record<string, string> = {
  BatchGet: 'BatchGetItem',
  BatchWrite: 'BatchWriteItem',
  Delete: 'DeleteItem',
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
};
/** What the Encryption SDK's keyring calls for us, with the generator key alone (AWS Encryption SDK Developer Guide, "AWS KMS keyrings"). */
const ENCRYPTION_SDK = ['kms GenerateDataKey', 'kms Decrypt'];

/** Each AWS operation that the product calls, as `<service> <operation>`; page by page, too. */
const called = [
  ...imports
    .filter(({ name }) => name.startsWith('paginate'))
    .map(({ name, from }) => `${SERVICES[from]} ${name.slice('paginate'.length)}`),
  ...imports
    .filter(({ name }) => name.endsWith('Command'))
    .map(({ name, from }) => {
      const command = name.slice(0, -'Command'.length);
      return `${SERVICES[from]} ${from === '@aws-sdk/lib-dynamodb' ? (DOCUMENT_COMMANDS[command] ?? command) : command}`;
    }),
  ...(imports.some(({ name }) => name === 'KmsKeyringNode') ? ENCRYPTION_SDK : []),
];

/** Each operation that the sandbox's AWS serves. */
function served(): string[] {
  const services: Service[] = [];
  class Listed extends Aws {
    override register(service: Service): void {
      services.push(service);
    }
  }
  const clock = new Clock();
  const aws = new Listed({ clock, faults: new Faults(), account: '111122223333', region: 'us-east-1', assumeRoleMfa: 'absent' });
  const flow = new Flow({ clock, account: aws.account, region: aws.region, invoke: () => Promise.resolve({}) });
  aws.register(stepFunctionsService(flow, () => []));
  clock.close();
  return services.flatMap(({ name, pathPrefix, operations }) =>
    Object.keys(operations).map((operation) => `${name}${pathPrefix ? ' control' : ''} ${operation}`),
  );
}

describe('AWS, as the product calls it', () => {
  it('is served by the sandbox, operation by operation', () => {
    expect(called.length).toBeGreaterThan(20);
    const operations = served();
    expect(called.filter((operation) => !operations.includes(operation))).toEqual([]);
  });

  it('is called by commands and paginators alone, which this test counts', () => {
    const other = imports
      .filter(({ name }) => !name.endsWith('Command') && !/^[A-Z]\w*(Client|Exception)$|^paginate[A-Z]/.test(name))
      .map(({ name }) => name);
    expect([...new Set(other)].sort()).toEqual(
      // The Encryption SDK, and the KMS client that it is given.
      ['AlgorithmSuiteIdentifier', 'CommitmentPolicy', 'KMS', 'KmsKeyringNode', 'buildClient'].sort(),
    );
    for (const text of SOURCES) expect(text).not.toMatch(/import \* as \w+ from '@aws-|import\('@aws-|require\('@aws-/);
  });

  it('is one whose clients are all known to this test', () => {
    const clients = [...new Set(imports.map(({ from }) => from))].filter((from) => from.startsWith('@aws-sdk/'));
    expect(clients.filter((from) => SERVICES[from] === undefined)).toEqual([]);
  });
});

describe('Slack’s Web API, as the product calls it', () => {
  const client = new WebClient();
  const isMethod = (names: string[]) => {
    const found = names.reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined)?.[name], client);
    return names.length > 1 && names[0] !== 'logger' && typeof found === 'function';
  };
  /** `….chat.postMessage(`, `….usergroups.users.list(`: the longest end of a chain that Slack's own client has a method for. */
  const methods = SOURCES.flatMap((text) =>
    [...text.matchAll(/((?:\w+\s*\.\s*)+\w+)\(/g)].flatMap(([, chain = '']) => {
      const names = chain.split(/\s*\.\s*/);
      const from = names.findIndex((_, index) => isMethod(names.slice(index)));
      return from < 0 ? [] : [names.slice(from).join('.')];
    }),
  );

  it('is served by the sandbox, method by method', () => {
    expect(methods.filter((method) => !Object.hasOwn(METHODS, method))).toEqual([]);
    expect(methods).toEqual(expect.arrayContaining(['chat.postMessage', 'chat.update', 'views.open', 'views.update', 'views.publish']));
  });

  it('is called by these methods alone, not by names in text', () => {
    for (const text of SOURCES) expect(text).not.toMatch(/\.apiCall\(|\/api\/[a-z]+\.[a-z]+/i);
  });
});

import { createRequire } from 'node:module';
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import db, { type Store } from 'dynalite/db/index.js';
import validations from 'dynalite/validations/index.js';
import { AwsError } from '../service.ts';

const require = createRequire(import.meta.url);

type Json = Record<string, unknown>;

/** What dynalite says went wrong: an HTTP answer. */
interface DynaliteError extends Error {
  statusCode?: number;
  body?: { __type?: string; message?: string; Message?: string };
}

/** A table as CloudFormation or the API describe it; what dynalite doesn't know is remembered here. */
export type TableInput = CreateTableCommandInput & {
  TimeToLiveSpecification?: { AttributeName?: string; Enabled?: boolean };
  PointInTimeRecoverySpecification?: { PointInTimeRecoveryEnabled?: boolean };
};

interface Settings {
  hashKey: string;
  timeToLive?: string;
  pointInTimeRecovery: boolean;
  deletionProtection: boolean;
}

/** What dynalite's CreateTable takes. */
const TABLE_MEMBERS = [
  'TableName',
  'AttributeDefinitions',
  'KeySchema',
  'BillingMode',
  'ProvisionedThroughput',
  'GlobalSecondaryIndexes',
  'LocalSecondaryIndexes',
];

/** Tables in memory: dynalite without its HTTP server, so that no port of its own is open. */
export class DynamoStore {
  readonly #store: Store;
  readonly #settings = new Map<string, Settings>();

  constructor(options: { account: string; region: string }) {
    this.#store = db.create({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
    this.#store.tableDb.awsAccountId = options.account;
    this.#store.tableDb.awsRegion = options.region;
  }

  /** Creates a table; it is there when the promise holds. Time to live is remembered and doesn't delete. Throws AwsError as DynamoDB. */
  async createTable(input: TableInput): Promise<Json> {
    const plain = Object.fromEntries(Object.entries(input).filter(([name]) => TABLE_MEMBERS.includes(name)));
    const created = await this.run('CreateTable', plain);
    const { TimeToLiveSpecification: ttl } = input;
    this.#settings.set(input.TableName ?? '', {
      hashKey: input.KeySchema?.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName ?? '',
      pointInTimeRecovery: input.PointInTimeRecoverySpecification?.PointInTimeRecoveryEnabled ?? false,
      deletionProtection: input.DeletionProtectionEnabled ?? false,
      ...(ttl?.Enabled !== false && ttl?.AttributeName !== undefined && { timeToLive: ttl.AttributeName }),
    });
    while (!(await this.#active(input.TableName ?? ''))) await new Promise((resolve) => setImmediate(resolve));
    return created;
  }

  settings(table: string): Settings | undefined {
    return this.#settings.get(table);
  }

  /** Runs an operation (`GetItem`) on its JSON. Throws AwsError. */
  async run(operation: string, input: Json): Promise<Json> {
    const name = operation[0]?.toLowerCase() + operation.slice(1);
    const { types, custom } = require(`dynalite/validations/${name}.js`);
    const action = require(`dynalite/actions/${name}.js`);
    try {
      const data = validations.checkTypes(structuredClone(input), types);
      validations.checkValidations(data, types, custom, this.#store);
      return await new Promise((resolve, reject) => {
        action(this.#store, data, (error: DynaliteError | null, output: Json) => (error ? reject(error) : resolve(output)));
      });
    } catch (error) {
      const { statusCode, body } = error as DynaliteError;
      if (statusCode === undefined || body === undefined) throw error;
      throw new AwsError(body.__type?.split('#').at(-1) ?? 'InternalServerError', body.message ?? body.Message ?? '', statusCode);
    }
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#store.db.close(() => resolve()));
  }

  async #active(table: string): Promise<boolean> {
    const { Table: description } = (await this.run('DescribeTable', { TableName: table })) as { Table: { TableStatus: string } };
    return description.TableStatus === 'ACTIVE';
  }
}

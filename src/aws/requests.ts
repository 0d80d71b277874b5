/**
 * The records of requests. Rows are what people are shown and what
 * decides who was first; what is deleted is what the execution's frozen input says, never what a row says.
 */
import {
  BatchGetCommand,
  type BatchGetCommandOutput,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Facts, Outcome, Request } from '../domain/request.ts';
import { won } from './tables.ts';

/** Where a message stands in Slack. */
export interface MessageAt {
  channel: string;
  ts: string;
}

/** What a person decided on an attempt; the first one counts. */
export interface Decision {
  verdict: 'approved' | 'rejected' | 'cancelled';
  /** Slack user id. */
  by: string;
  attempt: number;
  at: string;
  /** The reason, where one was typed. */
  why: string;
  /** Hash of the audit entry before. */
  previous: string;
  /** The modal in which it was decided, to be told how it went on. */
  viewId: string | null;
  /** Whether the flow was told: until then, whoever decided may say it again. */
  passedOn?: boolean;
}

/** What people are owed to hear whatever the record says; with the asking that it is about, where it is about one. */
export type Owed = 'approver' | 'session' | 'operators' | 'refused' | 'refusedOperators';

export interface RequestRow extends Request {
  state: 'started' | 'waiting' | 'decided' | 'closed';
  /** How often it was asked; part of what a code and a task token are sealed for. */
  attempt: number;
  /** When the state that asked was entered: the same asking run twice keeps its attempt. */
  askedIn?: string;
  /** Until when it is waited for a fresh code, where that is longer than the request's own time. */
  until?: string;
  /** Hash of the audit entry before that of the asking. */
  askedAfter?: string;
  facts?: Facts;
  /** Why it was asked again. */
  notes?: string[];
  sealedToken?: string;
  /** In the approvals channel. */
  message?: MessageAt;
  /** To the requester. */
  direct?: MessageAt;
  /** The modal that the app opened for each person, by Slack user id. */
  views?: Record<string, string>;
  decision?: Decision;
  /** Somebody stopped it while it was worked on: it isn't asked for again. */
  stopping?: true;
  remindedAt?: string;
  /** Timestamps of the messages that told the outcome, by where; of what people are owed to hear, sealed marks (src/steps/notices.ts). */
  told?: { thread?: string; requester?: string } & Partial<Record<Owed | `${Owed}${number}`, string>>;
  /** How far it is emptied, in words, and since when that holds. */
  progress?: string;
  progressAt?: string;
  outcome?: Outcome;
  why?: string;
  /** What went, where the reason is a quotation. */
  went?: string;
  closedBy?: string | null;
  closedAt?: string;
  /** Hash of the audit entry before the last. */
  closedAfter?: string;
}

export type Requests = ReturnType<typeof createRequests>;

/** The rows of requests in DynamoDB; each write names its condition. */
export function createRequests(db: DynamoDBDocumentClient, table: string) {
  const key = (requestId: string) => ({ TableName: table, Key: { requestId } });

  /** SETs these members where the condition holds; says whether it did. Members that are undefined are removed. */
  function update(
    requestId: string,
    members: Partial<RequestRow>,
    condition: string,
    values: Record<string, unknown> = {},
  ): Promise<boolean> {
    const entries = Object.entries(members);
    const sets = entries.filter(([, value]) => value !== undefined);
    const removes = entries.filter(([, value]) => value === undefined);
    const expression = [
      sets.length > 0 ? `SET ${sets.map(([name]) => `#${name} = :${name}`).join(', ')}` : '',
      removes.length > 0 ? `REMOVE ${removes.map(([name]) => `#${name}`).join(', ')}` : '',
    ];
    const inCondition = [...condition.matchAll(/#(\w+)/g)].map(([, name]) => name as string);
    const names = new Set([...entries.map(([name]) => name), ...inCondition]);
    return won(
      db.send(
        new UpdateCommand({
          ...key(requestId),
          UpdateExpression: expression.join(' ').trim(),
          ConditionExpression: condition,
          ExpressionAttributeNames: Object.fromEntries([...names].map((name) => [`#${name}`, name])),
          ExpressionAttributeValues: { ...Object.fromEntries(sets.map(([name, value]) => [`:${name}`, value])), ...values },
        }),
      ),
    );
  }

  async function rowsOf(requestIds: string[]): Promise<RequestRow[]> {
    const rows: RequestRow[] = [];
    let Keys: Record<string, unknown>[] | undefined = requestIds.map((requestId) => ({ requestId }));
    // What there was no room or capacity for is asked for again (BatchGetItem, UnprocessedKeys).
    while (Keys && Keys.length > 0) {
      const answer: BatchGetCommandOutput = await db.send(new BatchGetCommand({ RequestItems: { [table]: { Keys } } }));
      rows.push(...((answer.Responses?.[table] ?? []) as RequestRow[]));
      Keys = answer.UnprocessedKeys?.[table]?.Keys;
    }
    return rows;
  }

  return {
    /** Puts a new request; one that is there already is left as it is (the same submission, delivered again). */
    async create(request: Request): Promise<void> {
      const row: RequestRow = { ...request, state: 'started', attempt: 0 };
      const put = new PutCommand({ TableName: table, Item: row, ConditionExpression: 'attribute_not_exists(requestId)' });
      await won(db.send(put));
    },

    async get(requestId: string): Promise<RequestRow | undefined> {
      const { Item } = await db.send(new GetCommand({ ...key(requestId), ConsistentRead: true }));
      return Item as RequestRow | undefined;
    },

    /**
     * The request is shown and waits, asked for the `attempt`th time, unless it is closed or stopped, or somebody has decided meanwhile: where the same asking is
     * done once more (`again`), at all; else, since the trail had this head.
     */
    asked(
      requestId: string,
      attempt: number,
      shown: Pick<RequestRow, 'askedIn' | 'until' | 'askedAfter' | 'facts' | 'notes' | 'sealedToken' | 'auditHead' | 'views'>,
      since: 'again' | { head: string },
    ) {
      const members = { ...shown, attempt, state: 'waiting', decision: undefined } as const;
      const again = since === 'again';
      const unless = again ? 'attribute_not_exists(#decision)' : '#auditHead = :head';
      const condition = `#state <> :closed AND #attempt <= :attempt AND attribute_not_exists(#stopping) AND ${unless}`;
      return update(requestId, members, condition, { ':closed': 'closed', ...(!again && { ':head': since.head }) });
    },

    /** It is to be asked for no more, though it be waited for already: whoever says it again is known by this. Nothing where it is closed. */
    async stopping(requestId: string): Promise<void> {
      const condition = '#state = :decided OR #state = :waiting';
      await update(requestId, { stopping: true }, condition, { ':decided': 'decided', ':waiting': 'waiting' });
    },

    /** Where the request's messages stand, and what was told. */
    async placed(
      requestId: string,
      at: Pick<RequestRow, 'message' | 'direct' | 'remindedAt' | 'told' | 'progress' | 'progressAt'>,
    ): Promise<void> {
      await update(requestId, at, 'attribute_exists(#requestId)');
    },

    /** The modal that was opened for a person; only a submission of this one counts. */
    async viewOpened(requestId: string, user: string, viewId: string): Promise<void> {
      const command = new UpdateCommand({
        ...key(requestId),
        UpdateExpression: 'SET #views.#user = :viewId',
        ConditionExpression: 'attribute_exists(#views)',
        ExpressionAttributeNames: { '#views': 'views', '#user': user },
        ExpressionAttributeValues: { ':viewId': viewId },
      });
      await won(db.send(command));
    },

    /**
     * Of two decisions on an attempt one wins. Over one that stands (`over`, as it was read) its own person alone may say the same, and once more. None wins
     * that was made for a wait which the state that asks, run again, has replaced: it could be passed on to nobody, and would keep everybody from another.
     */
    decided(
      requestId: string,
      decision: Decision,
      { auditHead, sealedToken, over }: { auditHead: string; sealedToken: string; over?: Decision | undefined },
    ): Promise<boolean> {
      const same = '#decision.#by = :by AND #decision.#verdict = :verdict AND #decision.#at = :over';
      const condition = `#attempt = :attempt AND #sealedToken = :sealedToken AND (#state = :waiting${over ? ` OR (#state = :decided AND ${same})` : ''})`;
      const { by, verdict, attempt } = decision;
      const values = { ':waiting': 'waiting', ':attempt': attempt, ':sealedToken': sealedToken };
      const ofSame = over && { ':by': by, ':verdict': verdict, ':over': over.at, ':decided': 'decided' };
      return update(requestId, { decision, state: 'decided', auditHead }, condition, { ...values, ...ofSame });
    },

    /** The flow was told of the decision on this attempt. */
    async passedOn(requestId: string, attempt: number): Promise<void> {
      const command = new UpdateCommand({
        ...key(requestId),
        UpdateExpression: 'SET #decision.#passedOn = :true',
        ConditionExpression: '#attempt = :attempt AND attribute_exists(#decision)',
        ExpressionAttributeNames: { '#decision': 'decision', '#passedOn': 'passedOn', '#attempt': 'attempt' },
        ExpressionAttributeValues: { ':true': true, ':attempt': attempt },
      });
      await won(db.send(command));
    },

    /** Writes the outcome, over any other where it is `known`; false where there is one already, which stands then. */
    close(
      requestId: string,
      end: Required<Pick<RequestRow, 'outcome' | 'why' | 'closedBy' | 'closedAt' | 'closedAfter' | 'auditHead'>> &
        Pick<RequestRow, 'told' | 'went'>,
      known: boolean,
    ): Promise<boolean> {
      return update(
        requestId,
        { ...end, state: 'closed', sealedToken: undefined },
        `attribute_exists(#requestId)${known ? '' : ' AND attribute_not_exists(#outcome)'}`,
      );
    },

    /** The latest requests of somebody, newest first. */
    async byRequester(requester: string, limit: number): Promise<RequestRow[]> {
      const query = new QueryCommand({
        TableName: table,
        IndexName: 'byRequester',
        KeyConditionExpression: 'requester = :requester',
        ExpressionAttributeValues: { ':requester': requester },
        ScanIndexForward: false,
        Limit: limit,
      });
      const { Items } = await db.send(query);
      return (Items ?? []) as RequestRow[];
    },

    /** The rows of these requests, as many as there are; a hundred at a time (BatchGetItem, API reference), all at once. */
    async byId(requestIds: string[]): Promise<RequestRow[]> {
      const hundreds = Array.from({ length: Math.ceil(requestIds.length / 100) }, (_, at) => requestIds.slice(at * 100, (at + 1) * 100));
      return (await Promise.all(hundreds.map(rowsOf))).flat();
    },
  };
}

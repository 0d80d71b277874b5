/** Shows the audit trail of a request, and says whether it is whole. */
import { paginateQuery } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { createTables } from '../src/aws/tables.ts';
import type { AuditEntry } from '../src/domain/audit.ts';
import { type Trail, trailOf } from '../src/domain/trail.ts';
import { credentialChain } from './aws.ts';
import { EXIT, Failure } from './failure.ts';
import { configOf } from './stage.ts';
import { plain, say } from './terminal.ts';

/** Gives the exit code. Throws Failure where there is no such request, and the SDK's errors. */
export async function trail(requestId: string, { stage, json }: { stage: string; json?: boolean }): Promise<number> {
  const { region } = configOf(stage);
  const client = createTables(region, credentialChain(region));
  const query = {
    TableName: `interlock-${stage}-audit`,
    KeyConditionExpression: 'requestId = :requestId',
    ExpressionAttributeValues: { ':requestId': requestId },
    ConsistentRead: true,
  };
  const entries: AuditEntry[] = [];
  for await (const { Items = [] } of paginateQuery({ client }, query)) entries.push(...Items.map(entryOf));
  if (entries.length === 0) {
    throw new Failure(
      `the audit trail of ${stage} has no ${JSON.stringify(requestId)}`,
      'a request’s id stands below each of its messages: req-…',
    );
  }
  const found = trailOf(entries);
  say(json ? JSON.stringify({ requestId, ...found }, undefined, 2) : linesOf(requestId, found).join('\n'));
  return found.state === 'altered' ? EXIT.fellShort : 0;
}

const Entry = z.object({
  requestId: z.string(),
  entry: z.string(),
  at: z.string(),
  who: z.string(),
  what: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  previous: z.string(),
  hash: z.string(),
});

/** A row of the table. Who may put entries may put anything: what none of ours looks like keeps its name, and fits nowhere. */
export function entryOf(row: Record<string, unknown>): AuditEntry {
  const nothing = { requestId: '', at: '', who: '', what: {}, previous: '', hash: '' };
  return Entry.safeParse(row).data ?? { ...nothing, entry: String(row.entry) };
}

/** An entry a line, and what they come to. */
export function linesOf(requestId: string, { state, entries, about }: Trail): string[] {
  const width = Math.max(...entries.map(({ entry }) => entry.length));
  const lines = entries.map(({ at, entry, who, what }) => `  ${at}  ${entry.padEnd(width)}  ${who.padEnd(11)}  ${JSON.stringify(what)}`);
  // Nor may one of them look like several.
  return [`${requestId}: ${MEANING[state](about.join(', '))}`, ...lines].map((line) => plain(line).replaceAll('\n', ' '));
}

const MEANING: Record<Trail['state'], (about: string) => string> = {
  whole: () => 'the trail is whole, from the request to its end.',
  open: () => 'the trail is whole so far; the request has not ended.',
  cutShort: (about) =>
    `nothing was altered. The execution was stopped, or failed, while a step was at work, which wrote ${about} beside the end. If Step Functions says that this execution succeeded, somebody altered it all the same.`,
  altered: (about) =>
    `this is not as it was written: ${about} doesn’t fit what came before it. Compare with a backup of the table. What comes right after an asking (-1-asked) looks so, too, where a decision could not be written down: then the log of the function slack says that a listener failed.`,
};

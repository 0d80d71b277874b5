/** Looks at a bucket with a session to divide it, and says what is left of it. */
import { S3Client } from '@aws-sdk/client-s3';
import { divide, type Piece, type Sample } from '../../domain/divide.ts';
import { compareKeys } from '../../domain/key-space.ts';
import { bounded, clientOptions } from '../clients.ts';
import type { Session } from '../mfa.ts';
import { type Entry, listUploads, listVersions, PAGE, type Place, passingEmpty } from './listing.ts';
import type { Pace } from './pace.ts';

/** Four times as many as work at once (the state machine, EmptyRanges): who is done early takes another. */
const MOST_STRETCHES = 128;
/** So much one worker empties in less time than it takes to find equal stretches and to start others; what is guessed wrongly is divided in the next pass. */
const LONE = 200_000;
/** Listings at once, while it is divided. */
const TOGETHER = 32;

/** S3 may take long for a thousand objects. */
const SILENT_MS = 60_000;

/**
 * A client for a session's work on very many objects: nothing is tried again but by our own pace.
 * @param silent so many milliseconds without a byte, before an answer or in the middle of one, are a fault
 */
export function emptyingClient(
  region: string,
  { accessKeyId, secretAccessKey, sessionToken }: Session,
  silent: number = SILENT_MS,
): S3Client {
  const requestHandler = { ...bounded(2_000, silent), httpsAgent: { maxSockets: 64 } };
  return new S3Client({ ...clientOptions(region, 1), requestHandler, credentials: { accessKeyId, secretAccessKey, sessionToken } });
}

export interface Left {
  /** The first page of what is there. */
  entries: Entry[];
  more: boolean;
  uploads: number;
}

/** What is left, as far as one page of each shows it; of uploads only where they are asked for. Throws the SDK's errors. */
export async function whatIsLeft(place: Place, pace: Pace, { uploads: asked }: { uploads: boolean }): Promise<Left> {
  const [versions, uploads] = await Promise.all([
    passingEmpty((from) => pace.send(() => listVersions(place, from)), { key: '' }),
    asked ? passingEmpty((from) => pace.send(() => listUploads(place, from)), { key: '' }) : undefined,
  ]);
  return { entries: versions.entries, more: versions.next !== undefined, uploads: uploads?.entries.length ?? 0 };
}

/**
 * Stretches of about the same length. Throws the SDK's errors.
 * @param left what was seen of it; where it is guessed to be little, and `lone`, it is one stretch
 */
export function divideBucket(place: Place, pace: Pace, { left, lone }: { left: Left; lone: boolean }): Promise<Piece[]> {
  const list = (after: string, count: number) => passingEmpty((from) => pace.send(() => listVersions(place, from, count)), { key: after });
  return divide(
    {
      async sample(after) {
        const { entries, next } = await list(after, PAGE);
        return sampleOf(entries, next !== undefined);
      },
      async next(after) {
        const { entries } = await list(after, 1);
        return entries[0]?.key ?? null;
      },
    },
    { most: MOST_STRETCHES, together: TOGETHER, first: sampleOf(left.entries, left.more), ...(lone && { lone: LONE }) },
  );
}

/** Versions and markers may come in two lists: keys in order, whatever they are. */
const sampleOf = (entries: readonly Entry[], more: boolean): Sample => ({ keys: entries.map(({ key }) => key).sort(compareKeys), more });

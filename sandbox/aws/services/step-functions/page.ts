/** Pages of a list, as the Step Functions API cuts them: 100 unless told otherwise, 1,000 at most (API reference, "ListExecutions"). */
import { AwsError } from '../../service.ts';

/** The items after `token`, and the token for those after them. Throws InvalidToken. */
export function page<T>(all: T[], size: number | undefined, token: string | undefined): { items: T[]; next?: string } {
  const text = token === undefined ? '0' : Buffer.from(token, 'base64').toString();
  const start = Number(text);
  if (!/^\d{1,9}$/.test(text)) throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
  const end = start + (size || 100);
  const next = end < all.length ? Buffer.from(String(end)).toString('base64') : undefined;
  return { items: all.slice(start, end), next };
}

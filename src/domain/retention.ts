/** Versions that Object Lock keeps: what was found of them before anything is deleted, and what that means for an emptying. Pure. */
import type { Facts, Kind, Retention, UnderLock } from './request.ts';
import { isEmptyingKind } from './request.ts';
import { say } from './words.ts';

/** How one version is kept; `until`: milliseconds since 1970, of a retention. */
export interface LockOfVersion {
  mode?: 'governance' | 'compliance' | undefined;
  until?: number | undefined;
  hold: boolean;
}

/** What was found of all versions that were looked at. @param now milliseconds since 1970: a retention that is over keeps nothing */
export function retentionOf(
  locks: readonly LockOfVersion[],
  { more, denied, now }: { more: boolean; denied: boolean; now: number },
): Retention {
  const under = (mode: LockOfVersion['mode']): UnderLock => {
    const ends = locks.flatMap((one) => (one.mode === mode && one.until !== undefined && one.until > now ? [one.until] : []));
    const last = ends.reduce((latest, end) => Math.max(latest, end), 0);
    return { count: ends.length, until: ends.length === 0 ? null : new Date(last).toISOString() };
  };
  const holds = locks.filter(({ hold }) => hold).length;
  return { looked: locks.length, more, denied, governance: under('governance'), compliance: under('compliance'), holds };
}

/** What an emptying meets of Object Lock; what a request asks for, and its rule allows. */
export interface Bypass {
  asked: boolean;
  allowed: boolean;
}

/** Why the versions that Object Lock keeps can't go, each with what to do; empty where they can. */
export function lockObstacles({ retention }: Facts, kind: Kind, { asked, allowed }: Bypass): string[] {
  if (!isEmptyingKind(kind)) return [];
  const found: string[] = [];
  if (asked && !allowed) {
    found.push(
      'The rule of this bucket does not allow governance retention to be bypassed. Ask again without “Bypass governance retention”.',
    );
  }
  if (!retention) return found;
  const { holds, compliance, governance } = retention;
  if (holds > 0)
    found.push(`${versions(holds, retention)} under a legal hold, which ends when it is taken off. Have that done, then ask again.`);
  if (compliance.count > 0) {
    found.push(
      `${versions(compliance.count, retention)} under compliance retention, the last until ${day(compliance)}: until then nobody can delete them, root neither. Ask again then.`,
    );
  }
  if (governance.count > 0 && !asked) {
    const way = allowed ? 'or ask again with “Bypass governance retention”' : 'the rule of this bucket does not allow it to be bypassed';
    found.push(
      `${versions(governance.count, retention)} under governance retention, the last until ${day(governance)}. Ask again then; ${way}.`,
    );
  }
  return found;
}

/** What an approver has to know of Object Lock before they say yes to an emptying; empty where there is nothing. */
export function lockNotices({ retention }: Facts, kind: Kind, bypass: boolean): string[] {
  if (!isEmptyingKind(kind) || !retention) return [];
  const { governance, denied, more, looked } = retention;
  const kept =
    bypass && governance.count > 0
      ? `${versions(governance.count, retention)} under governance retention, the last until ${day(governance)}: `
      : '';
  return [
    ...(bypass
      ? [
          `${kept}the session may bypass governance retention, and deletes all the same what it keeps.`.replace(/^./, (first) =>
            first.toUpperCase(),
          ),
        ]
      : []),
    ...(denied
      ? ['Which versions Object Lock keeps could not be looked at: s3:GetObjectRetention or s3:GetObjectLegalHold is denied.']
      : []),
    ...(more && !denied
      ? [
          `Of its versions the first ${looked.toLocaleString('en-US')} were looked at for locks. One that is locked behind them ends the emptying half-way.`,
        ]
      : []),
  ];
}

/** For the comparison of two looks: what was found; "" where not all of it was looked at, since that ends at another place each time. */
export function retentionWords({ retention }: Facts): string {
  if (!retention || retention.more || retention.denied) return '';
  const { governance, compliance, holds } = retention;
  const kept = ({ count, until }: UnderLock, mode: string) =>
    count === 0 ? [] : [`${say({ count, more: false }, 'version')} under ${mode} until ${until}`];
  const found = [...kept(governance, 'governance retention'), ...kept(compliance, 'compliance retention')];
  if (holds > 0) found.push(`${say({ count: holds, more: false }, 'version')} under a legal hold`);
  return found.join(', ') || 'nothing';
}

const versions = (count: number, { more }: Retention): string =>
  `${say({ count, more }, 'version')} ${count === 1 && !more ? 'is' : 'are'}`;

/** The last day of it, in UTC. */
const day = ({ until }: UnderLock): string => (until ?? '').slice(0, 10);

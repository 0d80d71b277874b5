/** Requests for a change of a guard that wait, as they are shown. */
import { GUARD_ACTIONS } from '../../src/domain/guard.ts';
import type { GuardChange, GuardKind } from '../../src/domain/request.ts';
import { aGuardChange, aRequest, someFacts } from './models.ts';

const ACTIONS = GUARD_ACTIONS.map(({ action }) => action);

/** A request of this kind with what it changes, for a bucket in use. */
export const waits = (kind: GuardKind, change: Partial<GuardChange> = {}, rehearsal = false) => ({
  request: aRequest({ kind, rehearsal, reason: 'The audit wants it' }),
  facts: someFacts({ guardChange: aGuardChange(change), objects: { count: 1000, more: true }, versioning: 'on' }),
  approvers: ['U0ALICE', 'U0BOB'],
  notes: [],
});

export const hardened = waits('guard-hardened');
export const toBasic = waits('guard-basic', {
  before: 'hardened',
  after: 'basic',
  denied: [],
  allowed: ACTIONS.filter((action) => action !== 's3:DeleteBucket'),
});
export const off = waits('guard-off', { before: 'hardened', after: 'none', denied: [], allowed: ACTIONS, principals: [], approvers: [] });

/** The only home of callback, action and block ids: views write them, listeners and parsers read them. */
export const COMMAND = { delete: '/delete-bucket', guard: '/guard-bucket', purge: '/purge-versions' } as const;

export const CALLBACK = {
  ask: 'ask',
  askGuard: 'askGuard',
  askPurge: 'askPurge',
  approve: 'approve',
  reject: 'reject',
  told: 'told',
} as const;

export const ACTION = { approve: 'approve', reject: 'reject', cancel: 'cancel', stop: 'stop' } as const;

/** A block and the one input in it bear the same id, but for the code's, which bears that of its asking too. */
export const INPUT = {
  bucket: 'bucket',
  change: 'change',
  reason: 'reason',
  empty: 'empty',
  keep: 'keep',
  bypass: 'bypass',
  prefix: 'prefix',
  days: 'days',
  newest: 'newest',
  rehearse: 'rehearse',
  code: 'code',
  bucketName: 'bucketName',
} as const;

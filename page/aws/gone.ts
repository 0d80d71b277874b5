/** Buckets that have just gone, for the moment in which they are shown struck out. */
import { useEffect, useRef, useState } from 'react';
import type { BucketNow } from '../../sandbox/page/wire.ts';

const SHOWN_MS = 6_000;

/** What went since the pane was drawn first; `boot` is another where the sandbox began anew, which deletes nothing. */
export function useGone(buckets: BucketNow[], boot: string | undefined): BucketNow[] {
  const before = useRef<{ boot: string | undefined; buckets: BucketNow[] }>({ boot, buckets });
  const [gone, setGone] = useState<BucketNow[]>([]);
  useEffect(() => {
    const was = before.current;
    before.current = { boot, buckets };
    if (was.boot !== boot) return setGone([]);
    const names = new Set(buckets.map(({ name }) => name));
    const went = was.buckets.filter(({ name }) => !names.has(name));
    if (went.length === 0) return;
    setGone((known) => [...known, ...went]);
    setTimeout(() => setGone((known) => known.filter((bucket) => !went.includes(bucket))), SHOWN_MS);
  }, [buckets, boot]);
  return gone.filter(({ name }) => !buckets.some((bucket) => bucket.name === name));
}

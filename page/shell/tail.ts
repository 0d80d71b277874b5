import { useLayoutEffect, useRef, useState } from 'react';

/** So near to the end, in pixels, counts as at the end. */
const NEAR = 40;

/** Follows the end of a list that grows there, unless somebody scrolled away from it, or it begins elsewhere. */
export function useTail(shown: unknown[], begins = true) {
  const list = useRef<HTMLElement>(null);
  const follows = useRef(begins);
  const [atEnd, setAtEnd] = useState(begins);
  const toEnd = () => {
    follows.current = true;
    setAtEnd(true);
    list.current?.scrollTo({ top: list.current.scrollHeight });
  };
  const scrolled = () => {
    const { scrollHeight = 0, scrollTop = 0, clientHeight = 0 } = list.current ?? {};
    follows.current = scrollHeight - scrollTop - clientHeight < NEAR;
    setAtEnd(follows.current);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is what makes the list longer
  useLayoutEffect(() => {
    if (follows.current) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [shown]);
  return { list, atEnd, scrolled, toEnd };
}

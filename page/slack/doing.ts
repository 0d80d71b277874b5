/** How the pane's parts do something as the person that it is: one place knows who that is, and tells what went wrong. */
import { createContext, use } from 'react';
import type { Action } from '../ask.ts';

/** True when the sandbox took it; what it says otherwise stands in the pane's alert. */
export type Do = (action: Action) => Promise<boolean>;

export const DoContext = createContext<Do>(async () => false);
export const useDo = (): Do => use(DoContext);

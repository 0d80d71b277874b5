/** What becomes of guards, by the flow and by command, and what they become to deletions, in one sandbox. */
import './guard-change.ts';
import './guard-command.ts';
import './guarded.ts';

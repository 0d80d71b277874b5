/** What approvers see and hear, whoever alters it, in one sandbox. */
import './notices.ts';
import './windows.ts';

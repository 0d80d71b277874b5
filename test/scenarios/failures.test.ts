/** What fails, in one sandbox: AWS, Slack, functions, and what AWS makes of a code. */
import './faults.ts';
import './codes.ts';

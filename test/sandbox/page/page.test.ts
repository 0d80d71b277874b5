/** What the sandbox's page is told and asks for, in one sandbox: first before any code was used, last what begins it anew. */
import './break-in.ts';
import './stream.ts';
import './start-over.ts';

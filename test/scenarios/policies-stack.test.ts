/** What each function's role, each key and each secret lets through, in one deployed stack. */
import './policies-functions.ts';
import './policies-keys.ts';

/** What those do who have more rights than people, and what comes twice or halfway, in one sandbox. */
import './attacks.ts';
import './sent-again.ts';

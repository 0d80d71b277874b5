/** What those do who have more rights than people, and what comes twice, halfway or at once, in one sandbox. */
import './attacks.ts';
import './races.ts';
import './sent-again.ts';

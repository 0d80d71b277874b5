/** What all that the product does leaves behind, in one sandbox. */
import './policies-used.ts';
import './secrets.ts';

/** What people do, well meant or not, in one sandbox. */
import './deletion.ts';
import './requests.ts';
import './decisions.ts';
import './clicks.ts';
import './foreign.ts';

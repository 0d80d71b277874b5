/** EmptyRange and GiveUpRange: invoked by the state machine, for one stretch. Its role may write to the archive and nothing else of S3: it works with the session that was sealed for it. */
import { once } from '../src/aws/clients.ts';
import { emptyingClient } from '../src/aws/emptying/division.ts';
import { archiveClient, createManifest } from '../src/aws/emptying/manifest.ts';
import { createPace } from '../src/aws/emptying/pace.ts';
import { createPlans } from '../src/aws/emptying/plans.ts';
import { emptyStretch } from '../src/aws/emptying/stretch.ts';
import { createSeals } from '../src/aws/sealed.ts';
import { createTables } from '../src/aws/tables.ts';
import { loadConfig } from '../src/config.ts';
import { env } from '../src/env.ts';
import { createLogger } from '../src/log.ts';
import { step } from '../src/step.ts';
import { emptyRange, type RangeParts } from '../src/steps/empty-range.ts';
import { RangeInput } from '../src/steps/inputs.ts';

const config = loadConfig();
const { account, archive } = config;
const archiving = archive && { s3: archiveClient(config.region), to: { ...archive, account } };
const empty: RangeParts['empty'] = ({ region, ...at }, session, job, of) => {
  // Of this run alone: what it asked ahead for and didn't wait for is cut off at its end, and slows nobody down.
  const pace = createPace();
  return once(emptyingClient(region, session), (s3) =>
    emptyStretch({
      ...job,
      archive: archiving && createManifest(archiving.s3, archiving.to, of, pace),
      removal: { ...at, s3, pace },
    }),
  );
};
const parts = {
  config,
  seals: createSeals(env('SEAL_KEY')),
  plans: createPlans(createTables(config.region), env('EMPTYING_TABLE')),
  empty,
  now: Date.now,
};

export const handler = step(RangeInput, createLogger('emptyRange'), (input) => emptyRange(input, parts));

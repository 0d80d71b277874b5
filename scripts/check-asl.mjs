/** Whether each state machine is valid Amazon States Language, and names only functions that serverless.yml has. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import validate from 'asl-validator';
import { ROOT } from './setup.mjs';

const machine = readFileSync(join(ROOT, 'resources', 'machine.yml'), 'utf8');
const faults = globSync('statemachine/*.asl.json', { cwd: ROOT }).flatMap((file) => {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const { isValid, errorsText } = validate(JSON.parse(text));
  // CloudFormation leaves a placeholder that nobody fills as it is (DefinitionSubstitutions).
  const unfilled = [...new Set(text.match(/(?<=\$\{)\w+(?=\})/g))].filter((name) => !machine.includes(`${name}:`));
  return [
    ...(isValid ? [] : [`${file}: ${errorsText('\n')}`]),
    ...unfilled.map((name) => `${file}: \${${name}} is not in resources/machine.yml`),
  ];
});
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exitCode = faults.length > 0 ? 1 : 0;

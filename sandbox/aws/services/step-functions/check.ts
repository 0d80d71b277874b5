import aslValidator from 'asl-validator';
import type { Asl } from './prepare.ts';

/** Definitions that were right: the validator compiles all its schemas for each one, which takes longer than the rest of a deployment. */
const valid = new Set<string>();

/** Checks a definition as CreateStateMachine does: shape, paths, states that are named and reached. Throws an Error with all faults. */
export function checkDefinition(definition: Asl): void {
  const text = JSON.stringify(definition);
  if (valid.has(text)) return;
  // A copy: the validator writes each state's query language into it.
  const { isValid, errorsText } = aslValidator(JSON.parse(text), { checkArn: true, checkPaths: true });
  if (!isValid) throw new Error(`the state machine's definition is invalid: ${errorsText('; ')}`);
  valid.add(text);
}

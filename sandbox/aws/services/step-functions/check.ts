import aslValidator from 'asl-validator';
import type { Asl } from './prepare.ts';

/** Checks a definition as CreateStateMachine does: shape, paths, states that are named and reached. Throws an Error with all faults. */
export function checkDefinition(definition: Asl): void {
  const { isValid, errorsText } = aslValidator(definition, { checkArn: true, checkPaths: true });
  if (!isValid) throw new Error(`the state machine's definition is invalid: ${errorsText('; ')}`);
}

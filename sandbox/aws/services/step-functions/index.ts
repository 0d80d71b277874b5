/** Step Functions of the sandbox's AWS. */
export { checkDefinition } from './check.ts';
export { FlowError } from './errors.ts';
export type { Execution, Status } from './execution.ts';
export { Flow, type FlowOptions, type Machine } from './flow.ts';
export { type KeyQuestion, stepFunctionsService } from './service.ts';
export type { InvokeLambda } from './task.ts';

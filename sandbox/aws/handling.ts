import { randomUUID } from 'node:crypto';
import type { Fault } from '../faults.ts';
import type { Decision } from './authorize.ts';
import type { EndpointParts, Served } from './endpoint.ts';
import { requireMembers } from './protocol.ts';
import { recordOf } from './records.ts';
import { forcedError, Refusal, wordRefusal } from './refusals.ts';
import { shapeOf } from './schema.ts';
import { AwsError, type Call, type Caller, type Operation, type Question, type Service } from './service.ts';
import { checkSessionLimits } from './session-limits.ts';
import { readSignature, type Signature, verifyBody, verifySignature } from './signature.ts';
import type { WireAnswer, WireRequest } from './wire.ts';

/** An answer, and the fault that its way back shall meet. */
export interface Handled {
  answer: WireAnswer;
  fault?: 'lost-answer' | 'slow';
}

type Chunks = { body: Buffer; trailers: Record<string, string> } | AwsError | undefined;

const S3_WORDS = { name: 's3', protocol: 'restXml' as const };
const NO_QUESTION = { allowed: true, decidedBy: 'needs no permission', mfa: null };

/** One request on its way through the endpoint; what is learnt on the way ends in the call log. */
export class Handling {
  readonly #parts: EndpointParts;
  readonly #endpoint: string;
  readonly #find: (scope: string | undefined) => Served;
  readonly #requestId = randomUUID();
  #caller: Caller | undefined;
  #region: string;
  #operation = 'unknown';
  #question: Pick<Question, 'action' | 'resource'> | undefined;
  #decision: Pick<Decision, 'allowed' | 'decidedBy' | 'mfa'> | undefined;
  #call: Call | undefined;

  constructor(parts: EndpointParts, endpoint: string, find: (scope: string | undefined) => Served) {
    this.#parts = parts;
    this.#endpoint = endpoint;
    this.#find = find;
    this.#region = parts.region;
  }

  /** Never throws: what fails is an answer, and what fails in the sandbox itself is kept as a problem. */
  async handle(request: WireRequest, raw: Buffer, chunks: Chunks): Promise<Handled> {
    let served: Served | undefined;
    try {
      const signature = readSignature(request);
      this.#region = signature?.region ?? this.#region;
      served = this.#find(signature?.service);
      if (served.refusal !== undefined) throw new Refusal('unknown-operation', served.refusal);
      this.#operation = served.protocol.route(request) ?? this.#operation;
      await this.#authenticate(served, request, raw, signature);
      return await this.#run(served, request, chunks);
    } catch (error) {
      const failure = this.#worded(served, error);
      this.#record(served, failure);
      const { protocol } = served ?? this.#find(undefined);
      return { answer: protocol.fail(failure, this.#requestId, request) };
    }
  }

  async #authenticate(served: Served, request: WireRequest, raw: Buffer, signature: Signature | undefined): Promise<void> {
    if (!signature) {
      if (served.service.name !== 's3') throw new Refusal('unsigned');
      this.#caller = { kind: 'anonymous' };
      return;
    }
    const { caller, secretAccessKey } = this.#parts.credentials.find(signature.accessKeyId, signature.sessionToken);
    await verifySignature(request, signature, secretAccessKey, this.#parts.clock.now());
    verifyBody(request, raw);
    this.#caller = caller;
  }

  async #run(served: Served, request: WireRequest, chunks: Chunks): Promise<Handled> {
    const { service, protocol } = served;
    const operation = service.operations[this.#operation] as Operation<Record<string, unknown>> | undefined;
    if (!operation) throw new Refusal('unknown-operation', `The sandbox serves no such operation: ${this.#asked(service, request)}`);
    const caller = this.#caller ?? { kind: 'anonymous' };
    checkSessionLimits(caller, service.name, this.#operation);
    if (chunks instanceof AwsError) throw chunks;
    if (chunks) Object.assign(request, { body: chunks.body, headers: { ...request.headers, ...chunks.trailers } });
    const shape = operation.schema === undefined ? undefined : shapeOf(operation.schema);
    const input = protocol.read(shape, request);
    if (shape) requireMembers(service, shape, input);
    const call = this.#begin(caller, request);
    const { faults } = this.#parts;
    const name = `${service.name}:${this.#operation}`;
    this.#question = { action: name, resource: service.about?.(input) ?? '*' };
    let fault = faults.due(name);
    // Before the questions: STS spends a code with them.
    this.#failBefore(service, fault);
    const questions = await operation.questions(input, call);
    for (const action of new Set(questions.map((question) => question.action))) if (action !== name) fault ??= faults.due(action);
    this.#failBefore(service, fault);
    for (const question of questions) {
      const decision = await this.#decide(call, question);
      if (!decision.allowed) throw new Refusal('denied', decision.message);
    }
    const output = await operation.run(input, call);
    const answer = protocol.write(shape, output, this.#requestId);
    this.#record(served);
    switch (fault?.kind) {
      case 'lost-answer':
      case 'crash-after':
        return { answer, fault: 'lost-answer' };
      case 'slow':
        return { answer, fault: 'slow' };
      default:
        return { answer };
    }
  }

  /** What was asked for, without the values of parameters. */
  #asked({ name, protocol }: Service, { method, path, query }: WireRequest): string {
    return protocol === 'restXml' ? `${method} ${path}?${query.map(([key]) => key).join('&')}` : `${name}:${this.#operation}`;
  }

  #failBefore(service: Service, fault: Fault | undefined): void {
    if (fault?.kind === 'throttle') throw new Refusal('throttled');
    if (fault?.kind === 'error' && fault.error !== undefined) throw forcedError(service, fault.error);
    if (fault?.kind === 'error' || fault?.kind === 'crash-before') throw new Refusal('broken');
  }

  #begin(caller: Caller, request: WireRequest): Call {
    const call: Call = {
      caller,
      account: this.#parts.account,
      region: this.#region,
      requestId: this.#requestId,
      now: this.#parts.clock.now(),
      headers: request.headers,
      endpoint: this.#endpoint,
      check: (question) => this.#decide(call, question),
    };
    this.#call = call;
    return call;
  }

  async #decide(call: Call, question: Question): Promise<Decision> {
    const decision = await this.#parts.authorizer.decide(call.caller, question, {
      now: call.now,
      region: call.region,
      sourceIp: '127.0.0.1',
    });
    // The first question is what the call is about; a refusal is what decided.
    if (!this.#decision || (this.#decision.allowed && !decision.allowed)) {
      this.#question = question;
      this.#decision = decision;
    }
    return decision;
  }

  /** Any failure in the words of the service. */
  #worded(served: Served | undefined, error: unknown): AwsError {
    if (error instanceof AwsError) return error;
    const words = served?.service ?? S3_WORDS;
    if (error instanceof Refusal) return wordRefusal(words, error);
    const problem = error instanceof Error ? error : new Error(String(error));
    this.#parts.onProblem(problem);
    return wordRefusal(words, new Refusal('broken', `sandbox: ${problem.message}`));
  }

  #record(served: Served | undefined, failure?: AwsError): void {
    const decision = this.#decision ?? (failure ? refusedUnasked(failure) : { ...NO_QUESTION, mfa: this.#call?.mfa ?? null });
    this.#parts.calls.add(
      recordOf({
        caller: this.#caller,
        operation: this.#operation,
        action: this.#question?.action ?? `${served?.service.name ?? 'unknown'}:${this.#operation}`,
        resource: this.#question?.resource ?? '*',
        region: this.#region,
        time: this.#parts.clock.date(),
        decision,
        errorCode: failure?.code,
        sourceIp: '127.0.0.1',
      }),
    );
  }
}

/** Refused before IAM was asked. Other messages than AccessDenied's may quote what was sent (STS quotes a malformed code), so they stay out. */
function refusedUnasked(failure: AwsError): Pick<Decision, 'allowed' | 'decidedBy' | 'mfa'> {
  const why = failure.code === 'AccessDenied' ? failure.message.trim() : failure.code;
  return { allowed: false, decidedBy: `refused before IAM was asked: ${why}`, mfa: null };
}

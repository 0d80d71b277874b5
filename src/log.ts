/** Structured logs. No event, no error of others and no secret is ever logged whole: names and our own sentences only. */
import { Logger } from '@aws-lambda-powertools/logger';

/** The level is pinned: at `debug` Bolt would log whole events, the code too. */
export function createLogger(serviceName: string): Logger {
  return new Logger({ serviceName, logLevel: 'INFO' });
}

import type { Logger } from '@aws-lambda-powertools/logger';
import { type Logger as BoltLogger, LogLevel } from '@slack/bolt';

/** Bolt's and the Web API's messages, from warnings up. */
export function boltLogger(logger: Logger): BoltLogger {
  const text = (messages: unknown[]) => messages.map((message) => (message instanceof Error ? message.name : String(message))).join(' ');
  return {
    debug: () => {},
    info: () => {},
    warn: (...messages) => logger.warn(text(messages)),
    error: (...messages) => logger.error(text(messages)),
    setLevel: () => {},
    getLevel: () => LogLevel.WARN,
    setName: () => {},
  };
}

import { InterlockError, StartUnknown } from '../../src/errors.ts';
import { failuresAnswered } from '../../src/slack/listeners/failures.ts';

/** What a person reads, and what the log says, where a command's listener fails so. */
async function failing(error: unknown): Promise<{ told: string; logged: string }> {
  const logged: unknown[] = [];
  const answers: { text: string }[] = [];
  const { command } = failuresAnswered({ error: (...words: unknown[]) => void logged.push(words.join(' ')) } as never);
  await command(() => Promise.reject(error))({ ack: async (answer: { text: string }) => void answers.push(answer) } as never);
  return { told: answers.map(({ text }) => text).join(), logged: logged.join() };
}

const ofSlack = (error: string) =>
  Object.assign(new Error('An API error occurred'), { code: 'slack_webapi_platform_error', data: { error } });

describe('where something fails', () => {
  it('as Slack refuses it, who clicked and the log hear Slack’s word for it: trying again doesn’t help', async () => {
    const { told, logged } = await failing(ofSlack('missing_scope'));
    expect(told).toBe('Slack refuses Interlock something that it needs for this (missing_scope). Tell your operators that word.');
    expect(logged).toBe('a listener failed: missing_scope');
  });

  it.each([
    ['in passing at Slack', ofSlack('internal_error')],
    ['without an answer', Object.assign(new Error('ECONNRESET'), { code: 'slack_webapi_request_error' })],
    ['elsewhere', new TypeError('123456')],
  ])('%s, they hear that it may be tried again, and no text of others is logged', async (_, error) => {
    const { told, logged } = await failing(error);
    expect(told).toContain('Try again');
    expect(logged).toMatch(/^a listener failed: (Type)?Error$/);
  });

  it('and nobody knows whether a request was started, they hear so', async () => {
    const error = new StartUnknown('No answer to StartExecution.');
    expect(error).toBeInstanceOf(InterlockError);
    expect(await failing(error)).toEqual({
      told: expect.stringContaining('may have been started, or not'),
      logged: 'a listener failed: No answer to StartExecution.',
    });
  });
});

import { WebClient } from '@slack/web-api';
import { Clock } from '../../sandbox/clock.ts';
import { Faults } from '../../sandbox/faults.ts';
import { Slack } from '../../sandbox/slack/slack.ts';
import { standingOf } from '../../src/slack/people.ts';

const CHANNEL = 'C0APPROVALS';
const people = Object.fromEntries(Array.from({ length: 1500 }, (_, index) => [`person${index}`, `U0P${index}`]));
const users = {
  ...people,
  outsider: { id: 'U0OUT', in_channel: false },
  guest: { id: 'U0GUEST', is_restricted: true },
  visitor: { id: 'U0VISIT', is_restricted: true, is_ultra_restricted: true },
};
const slack = new Slack({
  clock: new Clock(),
  faults: new Faults(),
  signingSecret: 'signing',
  botToken: 'xoxb-test',
  requestUrl: () => '',
  channel: CHANNEL,
  users,
  groups: { S0TEAM: ['U0P1'], S0OTHER: ['U0P2'] },
});
let client: WebClient;

beforeAll(async () => {
  client = new WebClient('xoxb-test', { slackApiUrl: `${await slack.listen(0)}/api/` });
});
afterAll(() => slack.close());

describe('the standing of somebody who asks', () => {
  it('is that of a member of the channel, on whichever page of it they stand', async () => {
    for (const user of ['U0P0', 'U0P999', 'U0P1499']) {
      expect(await standingOf(client, CHANNEL, user, undefined)).toEqual({ inChannel: true, groups: [] });
    }
  });

  it('is nobody’s for who is not in the channel', async () => {
    expect(await standingOf(client, CHANNEL, 'U0OUT', undefined)).toEqual({ inChannel: false, groups: [] });
  });

  it('is nobody’s for a guest in the channel', async () => {
    for (const user of ['U0GUEST', 'U0VISIT']) {
      expect(await standingOf(client, CHANNEL, user, undefined)).toEqual({ inChannel: false, groups: [] });
    }
  });

  it('is that of the groups that the rule names, and of no other', async () => {
    expect(await standingOf(client, CHANNEL, 'U0P1', ['U0P7', 'S0TEAM', 'S0OTHER'])).toEqual({ inChannel: false, groups: ['S0TEAM'] });
    expect(await standingOf(client, CHANNEL, 'U0P3', ['S0TEAM'])).toEqual({ inChannel: false, groups: [] });
  });

  it('is not asked for where the rule names the person', async () => {
    const before = slack.log.list().length;
    await standingOf(client, CHANNEL, 'U0P7', ['U0P7', 'S0TEAM']);
    expect(slack.log.list()).toHaveLength(before);
  });

  it('is unknown, and thrown, where Slack doesn’t say', async () => {
    await expect(standingOf(client, 'C0GONE', 'U0P1', undefined)).rejects.toMatchObject({ data: { error: 'channel_not_found' } });
  });
});

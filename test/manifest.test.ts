import { globSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';

const manifest = parse(readFileSync('slack-app-manifest.yml', 'utf8'));

/** The scope that a Web API method needs (docs.slack.dev, "Scopes"); views need none, nor does the event app_home_opened. */
const SCOPES: Record<string, string | string[] | null> = {
  'chat.postMessage': 'chat:write',
  'chat.postEphemeral': 'chat:write',
  'chat.update': 'chat:write',
  // Of a public channel the first, of a private one the second.
  'conversations.members': ['channels:read', 'groups:read'],
  'conversations.open': 'im:write',
  'usergroups.users.list': 'usergroups:read',
  'users.info': 'users:read',
  'views.open': null,
  'views.publish': null,
  'views.push': null,
  'views.update': null,
};

describe("the app's manifest", () => {
  it('asks for the scopes that the calls need, and for no other', () => {
    const source = globSync('{src,handlers}/**/*.ts')
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n');
    const methods = [
      ...source.matchAll(/\.((?:chat|conversations|usergroups|users|views|reactions|pins|files|bookmarks)(?:\.\w+)+)\(/g),
    ].map(([, method]) => method as string);
    expect(methods.filter((method) => !(method in SCOPES))).toEqual([]);
    const needed = methods.flatMap((method) => SCOPES[method] ?? []);
    expect(manifest.oauth_config.scopes.bot).toEqual([...new Set([...needed, 'commands'])].sort());
  });

  it('sends everything to the one route', () => {
    const { features, settings } = manifest;
    const urls = [
      ...features.slash_commands.map(({ url }: { url: string }) => url),
      settings.event_subscriptions.request_url,
      settings.interactivity.request_url,
    ];
    expect(new Set(urls.map((url) => new URL(url).pathname))).toEqual(new Set(['/slack/events']));
    expect(new Set(urls).size).toBe(1);
  });

  it('has the commands, the home tab and its event', () => {
    expect(manifest.features.slash_commands.map(({ command }: { command: string }) => command)).toEqual([
      '/delete-bucket',
      '/guard-bucket',
      '/purge-versions',
    ]);
    expect(manifest.features.app_home).toMatchObject({ home_tab_enabled: true, messages_tab_enabled: true });
    expect(manifest.settings.event_subscriptions.bot_events).toEqual(['app_home_opened']);
    expect(manifest.settings.interactivity.is_enabled).toBe(true);
  });
});

describe('the direct dependencies', () => {
  it('are each explained in docs/decisions/dependencies.md', () => {
    const { dependencies, devDependencies, optionalDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
    const explained = readFileSync('docs/decisions/dependencies.md', 'utf8');
    const names = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies }).filter(
      (name) => !name.startsWith('@types/'),
    );
    expect(names.filter((name) => ![name, name.replace(/^@[^/]+\//, '')].some((one) => explained.includes(`\`${one}\``)))).toEqual([]);
  });
});

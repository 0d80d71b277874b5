/**
 * Whose payload is it? An app that is installed elsewhere too, a shared channel and an organisation's other workspaces send
 * signed payloads as well; only those of the one app and workspace of the configuration count.
 */
import { setTimeout } from 'node:timers/promises';
import type { WebClient } from '@slack/web-api';

/** The ids that payloads bear: commands as a form, the others as JSON, events in their envelope. */
export interface Sender {
  api_app_id?: string;
  team_id?: string;
  team?: { id?: string; enterprise_id?: string } | null;
  /** The organisation that the workspace belongs to, on Enterprise Grid. */
  enterprise?: { id?: string } | null;
  enterprise_id?: string;
  /**
   * `team_id`: where the person is from; in a shared channel not necessarily here (Slack, "Slack Connect", interactivity). On Enterprise Grid it is
   * the organisation, `E…` (Slack, "block_actions payload", `user`; read November 2026).
   */
  user?: { team_id?: string };
  is_enterprise_install?: boolean | string;
}

interface Home {
  team: string;
  app: string;
}

/** Is it of this app, this workspace, and a person of this workspace or of its own organisation? */
export function isOurs(sender: Sender, home: Home): boolean {
  const person = sender.user?.team_id ?? home.team;
  return isFromHere(sender, home) && (person === home.team || person === organisationOf(sender));
}

/**
 * Is it of a person of this workspace after all, though the payload says another one's? Of people in several workspaces of an organisation it may bear
 * always the same one (slackapi/bolt-js#1875; docs.slack.dev says the organisation's). Slack is asked then; where it doesn't say, they are nobody's.
 * It has to name that workspace too: an id is somebody's in one workspace, and in a shared channel a stranger's may be the same (Slack, "User object").
 */
export async function isMemberToo(sender: Sender & { user?: { id?: string } }, home: Home, client: WebClient): Promise<boolean> {
  const { id: user, team_id: said } = sender.user ?? {};
  if (!user || !said || !organisationOf(sender) || !isFromHere(sender, home)) return false;
  const asked = client.users.info({ user }).then(({ user: found }) => {
    const teams = found?.enterprise_user?.teams ?? [];
    return teams.includes(home.team) && teams.includes(said);
  });
  return Promise.race([asked.catch(() => false), setTimeout(ASKED_MS, false)]);
}

/** Slack waits three seconds for the answer to whatever was sent. */
const ASKED_MS = 1_000;

function isFromHere(sender: Sender, { team, app }: Home): boolean {
  const everywhere = sender.is_enterprise_install === true || sender.is_enterprise_install === 'true';
  return sender.api_app_id === app && (sender.team?.id ?? sender.team_id) === team && !everywhere;
}

const organisationOf = (sender: Sender): string | undefined => sender.enterprise?.id ?? sender.team?.enterprise_id ?? sender.enterprise_id;

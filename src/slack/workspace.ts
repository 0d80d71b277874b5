/**
 * Whose payload is it? An app that is installed elsewhere too, a shared channel and an organisation's other workspaces send
 * signed payloads as well; only those of the one app and workspace of the configuration count.
 */

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

/** Is it of this app, this workspace, and a person of this workspace or of its own organisation? */
export function isOurs(sender: Sender, { team, app }: { team: string; app: string }): boolean {
  const from = sender.team?.id ?? sender.team_id;
  const organisation = sender.enterprise?.id ?? sender.team?.enterprise_id ?? sender.enterprise_id;
  const person = sender.user?.team_id ?? from;
  const home = person === team || (person !== undefined && person === organisation);
  const everywhere = sender.is_enterprise_install === true || sender.is_enterprise_install === 'true';
  return sender.api_app_id === app && from === team && home && !everywhere;
}

/** What the message box makes of what is typed. */
import type { Hello } from '../../sandbox/page/wire.ts';

export type Command = Hello['commands'][number];

/** The commands that a beginning stands for; none once it is whole. */
export function suggestions(commands: Command[], typed: string): Command[] {
  if (!/^\/\S*$/.test(typed)) return [];
  return commands.filter(({ command }) => command.startsWith(typed.toLowerCase()) && command !== typed);
}

/** The command that was typed, with what follows it; undefined for anything else. */
export function commandIn(typed: string): { command: string; text: string } | undefined {
  const [, command, text = ''] = /^\s*(\/\S+)\s*(.*?)\s*$/s.exec(typed) ?? [];
  return command === undefined ? undefined : { command, text };
}

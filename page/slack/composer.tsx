/** The message box. It takes commands: typing a slash lists them, as a text field with a list of suggestions. */
import { type KeyboardEvent, useId, useRef, useState } from 'react';
import { useLive } from '../live.ts';
import { type Command, commandIn, suggestions } from './commands.ts';
import { useDo } from './doing.ts';

const NO_COMMANDS: Command[] = [];
const ONLY = 'Only commands do something here. Type / to see them.';

export function Composer({ channel, label }: { channel: string | undefined; label: string }) {
  const commands = useLive((live) => live.hello?.commands ?? NO_COMMANDS);
  const act = useDo();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const [shut, setShut] = useState(false);
  const [note, setNote] = useState('');
  const past = usePast(setText);
  const listed = shut ? [] : suggestions(commands, text);
  const active = listed[Math.min(at, listed.length - 1)];
  const current = commands.find(({ command }) => text.startsWith(command) && !/^\S/.test(text.slice(command.length)));

  const type = (next: string) => {
    setText(next);
    setAt(0);
    setShut(false);
    setNote('');
  };
  const choose = ({ command }: Command) => {
    type(`${command} `);
    input.current?.focus();
  };
  const send = async () => {
    if (text.trim() === '') return;
    const asked = commandIn(text);
    if (!asked) return setNote(ONLY);
    past.add(text.trim());
    type('');
    if (!(await act({ ...asked, ...(channel && { channel }) }))) setText(text);
  };
  const keys: Record<string, (() => void) | undefined> = {
    ArrowDown: active ? () => setAt((at + 1) % listed.length) : past.later,
    ArrowUp: active ? () => setAt((at + listed.length - 1) % listed.length) : past.earlier,
    Enter: active ? () => choose(active) : () => void send(),
    Tab: active && (() => choose(active)),
    Escape: active && (() => setShut(true)),
  };
  const press = (event: KeyboardEvent) => {
    const does = event.nativeEvent.isComposing || event.shiftKey ? undefined : keys[event.key];
    if (!does) return;
    event.preventDefault();
    does();
  };
  return (
    <div className="slack-composer">
      {active && (
        <div id={`${id}list`} role="listbox" aria-label="Commands" className="slack-commands">
          {listed.map((one) => (
            // Keys go to the message box, which names the active one.
            // biome-ignore lint/a11y/useKeyWithClickEvents: see above
            <div
              key={one.command}
              id={id + one.command.slice(1)}
              role="option"
              tabIndex={-1}
              aria-selected={one === active}
              className="slack-command"
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => choose(one)}
            >
              <strong>{one.command}</strong> <span className="slack-command-hint">{one.hint}</span>
              <span className="slack-command-words">{one.description}</span>
            </div>
          ))}
        </div>
      )}
      <div className="slack-box">
        <input
          ref={input}
          type="text"
          aria-label="Message"
          aria-autocomplete="list"
          aria-haspopup="listbox"
          {...(active && { 'aria-controls': `${id}list`, 'aria-activedescendant': id + active.command.slice(1) })}
          aria-describedby={`${id}note`}
          placeholder={`Message ${label}: type / for commands`}
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={({ target }) => type(target.value)}
          onKeyDown={press}
          onBlur={() => setShut(true)}
        />
        <button type="button" className="slack-send" aria-label="Send" aria-disabled={text.trim() === ''} onClick={() => void send()}>
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <path d="M1.5 14.5 15 8 1.5 1.5 3.6 7 10 8l-6.4 1z" />
          </svg>
        </button>
      </div>
      <p id={`${id}note`} className="slack-note" role="status">
        {note || (current && `${current.command} ${current.hint}`) || (active && say(listed.length)) || ''}
      </p>
    </div>
  );
}

const say = (count: number) => `${count} ${count === 1 ? 'command' : 'commands'}: arrow keys choose, Enter takes one.`;

/** What was sent before, with the arrow keys, as in a shell. */
function usePast(show: (text: string) => void) {
  const past = useRef<string[]>([]);
  const back = useRef(0);
  const go = (steps: number) => {
    back.current = Math.max(0, Math.min(past.current.length, back.current + steps));
    show(back.current === 0 ? '' : (past.current.at(-back.current) ?? ''));
  };
  return {
    add(text: string) {
      if (past.current.at(-1) !== text) past.current.push(text);
      back.current = 0;
    },
    earlier: () => past.current.length > 0 && go(1),
    later: () => back.current > 0 && go(-1),
  };
}

/** A modal's inputs: label, field, hint and what is wrong with it, tied together for screen readers. */
import { type ReactNode, useId } from 'react';
import type { Value } from './form.ts';
import { useReader } from './reader.ts';
import { type Block, type Element, optionsOf } from './shapes.ts';
import { Text } from './text.tsx';

interface FieldProps {
  block: Block;
  element: Element;
  value: Value;
  error: string | undefined;
  onChange: (value: Value) => void;
}

/** A list of several is drawn as boxes to tick. */
const CHOICES = new Set(['checkboxes', 'multi_static_select', 'radio_buttons']);

/** What every kind of field needs. */
interface ControlProps extends Pick<FieldProps, 'element' | 'onChange'> {
  id: string;
  value: Value;
  label: string;
  described: { 'aria-describedby'?: string; 'aria-invalid'?: true; 'aria-required'?: true };
}

export function Field({ block, element, value, error, onChange }: FieldProps) {
  const id = useId();
  const { label, hint, optional = false } = block;
  const ids = [...(error ? [`${id}error`] : []), ...(hint ? [`${id}hint`] : [])].join(' ');
  const described: ControlProps['described'] = {
    ...(ids && { 'aria-describedby': ids }),
    ...(error && { 'aria-invalid': true }),
    ...(!optional && { 'aria-required': true }),
  };
  const words = (
    <>
      {label && <Text of={label} />}
      {optional && <span className="quiet"> (optional)</span>}
    </>
  );
  const control = { id, element, value, onChange, label: `${id}label`, described };
  const isGroup = CHOICES.has(element.type);
  return (
    <div className={error ? 'slack-field wrong' : 'slack-field'}>
      {isGroup ? (
        <span id={`${id}label`} className="slack-label">
          {words}
        </span>
      ) : (
        <label id={`${id}label`} htmlFor={id} className="slack-label">
          {words}
        </label>
      )}
      {isGroup ? <Choices {...control} /> : <Control {...control} />}
      {error && (
        <p id={`${id}error`} className="slack-error">
          {error}
        </p>
      )}
      {hint && (
        <p id={`${id}hint`} className="slack-hint">
          <Text of={hint} />
        </p>
      )}
    </div>
  );
}

function Control(props: ControlProps): ReactNode {
  const { id, element, value, onChange, described } = props;
  const { type, placeholder, multiline, max_length } = element;
  const shared = {
    id,
    className: 'slack-control',
    value: String(value),
    onChange: ({ target }: { target: { value: string } }) => onChange(target.value),
    ...(placeholder && { placeholder: placeholder.text }),
    ...described,
  };
  switch (type) {
    case 'plain_text_input':
      return multiline ? (
        <textarea {...shared} rows={3} maxLength={max_length} />
      ) : (
        <input {...shared} type="text" maxLength={max_length} {...keyboardOf(element)} />
      );
    case 'number_input':
      return <input {...shared} type="text" inputMode="decimal" autoComplete="off" />;
    case 'datepicker':
      return <input {...shared} type="date" />;
    case 'users_select':
      return <PeopleSelect {...props} />;
    case 'static_select':
      return (
        <select {...shared}>
          <option value="">{placeholder?.text ?? 'Choose'}</option>
          {optionsOf(element).map((option) => (
            <option key={option.value} value={option.value}>
              {option.text.text}
            </option>
          ))}
        </select>
      );
    default:
      return <p className="quiet">A field of type {type}, which this page doesn’t draw.</p>;
  }
}

/** A code's field is known by its action, which is that of an asking: digits on a phone's keyboard, and what an authenticator offers to fill in. */
const keyboardOf = ({ action_id }: Element) =>
  action_id?.startsWith('code-')
    ? ({ autoComplete: 'one-time-code', inputMode: 'numeric', spellCheck: false } as const)
    : ({ autoComplete: 'off', spellCheck: false } as const);

function PeopleSelect({ id, element, value, onChange, described }: ControlProps) {
  const { people } = useReader();
  return (
    <select id={id} className="slack-control" value={String(value)} onChange={({ target }) => onChange(target.value)} {...described}>
      <option value="">{element.placeholder?.text ?? 'Choose a person'}</option>
      {people.map((person) => (
        <option key={person.id} value={person.id}>
          {person.realName}
        </option>
      ))}
    </select>
  );
}

function Choices({ id, element, value, onChange, label, described }: ControlProps) {
  const options = optionsOf(element);
  const isMany = element.type !== 'radio_buttons';
  const { 'aria-required': required, ...rest } = described;
  const chosen = Array.isArray(value) ? value : [value];
  const change = (option: string, on: boolean) => {
    if (!isMany) return onChange(option);
    onChange(on ? [...chosen, option] : chosen.filter((one) => one !== option));
  };
  return (
    <fieldset
      role={isMany ? undefined : 'radiogroup'}
      aria-labelledby={label}
      className="slack-choices"
      {...(!isMany && required && { 'aria-required': required })}
    >
      {options.map((option, index) => (
        <label key={option.value} className="slack-choice">
          <input
            type={isMany ? 'checkbox' : 'radio'}
            name={id}
            checked={chosen.includes(option.value)}
            onChange={({ target }) => change(option.value, target.checked)}
            // A single box is what the field is called.
            {...(options.length === 1 && { 'aria-labelledby': `${label} ${id}option${index}` })}
            {...rest}
          />
          <span id={`${id}option${index}`}>
            <Text of={option.text} />
            {option.description && (
              <span className="slack-hint">
                <Text of={option.description} />
              </span>
            )}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** The states and ways of a drawing, in SVG. */
import { type KeyboardEvent, memo, useCallback, useRef, useState } from 'react';
import { type Drawing, type Placed, pathOf, type Way } from './layout.ts';
import { type Lit, nameOf, type Tone, wayOf } from './lit.ts';

interface Props {
  drawing: Drawing;
  lit: Lit;
  zoom: number;
  opened: string | null;
  onOpen: (name: string) => void;
}

/** One state takes part in the tab order; arrows move along the layout from it. */
export function Picture({ drawing: { states, ways, width, height }, lit, zoom, opened, onOpen }: Props) {
  const picture = useRef<SVGSVGElement>(null);
  const [focused, setFocused] = useState<string | null>(null);
  const stop = states.some(({ node }) => node.name === focused) ? focused : states[0]?.node.name;
  const onKeyDown = useCallback((event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const buttons = [...(picture.current?.querySelectorAll<SVGGElement>('[role=button]') ?? [])];
    buttons[buttons.indexOf(event.target as SVGGElement) + step]?.focus();
  }, []);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of what is drawn, which no fieldset is.
    <svg
      ref={picture}
      className="flow-picture"
      role="group"
      aria-label="States"
      width={width * zoom}
      height={height * zoom}
      viewBox={`0 0 ${width} ${height}`}
      onKeyDown={onKeyDown}
    >
      <Arrow id="flow-arrow" tone="idle" />
      <Arrow id="flow-arrow-taken" tone="taken" />
      {states.map((state) => state.holds && <Ground key={state.node.name} {...state} tone={lit.tones.get(state.node.name) ?? 'idle'} />)}
      {ways.map((way) => (
        <WayLine key={`${wayOf(way)} ${way.kind}`} way={way} isTaken={lit.taken.has(wayOf(way))} />
      ))}
      {states.map((state) => (
        <StateBox
          key={state.node.name}
          state={state}
          label={nameOf(state.node.name, lit)}
          tone={lit.tones.get(state.node.name) ?? 'idle'}
          count={lit.counts.get(state.node.name) ?? 0}
          isStop={state.node.name === stop}
          isOpened={state.node.name === opened}
          onOpen={onOpen}
          onFocus={setFocused}
        />
      ))}
    </svg>
  );
}

const Arrow = ({ id, tone }: { id: string; tone: string }) => (
  <marker
    id={id}
    viewBox="0 0 8 8"
    refX="7"
    refY="4"
    markerWidth="7"
    markerHeight="7"
    markerUnits="userSpaceOnUse"
    orient="auto-start-reverse"
  >
    <path d="M0,0 L8,4 L0,8 z" className="flow-arrow" data-tone={tone} />
  </marker>
);

const Ground = memo(function Ground({ x, y, width, height, tone }: Placed & { tone: Tone }) {
  return <rect className="flow-ground" data-tone={tone} x={x - width / 2} y={y - height / 2} width={width} height={height} rx="10" />;
});

const WayLine = memo(function WayLine({ way, isTaken }: { way: Way; isTaken: boolean }) {
  return (
    <path
      className="flow-way"
      data-kind={way.kind}
      data-taken={isTaken || undefined}
      d={pathOf(way.points)}
      markerEnd={`url(#flow-arrow${isTaken ? '-taken' : ''})`}
    />
  );
});

interface BoxProps {
  state: Placed;
  label: string;
  tone: Tone;
  count: number;
  isStop: boolean;
  isOpened: boolean;
  onOpen: (name: string) => void;
  onFocus: (name: string) => void;
}

const StateBox = memo(function StateBox({ state, label, tone, count, isStop, isOpened, onOpen, onFocus }: BoxProps) {
  const { node, x, y, width, holds } = state;
  const height = holds ? 22 : state.height;
  const top = holds ? y - state.height / 2 + height / 2 + 2 : y;
  const open = () => onOpen(node.name);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    open();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: SVG has no button.
    <g
      className="flow-state"
      data-tone={tone}
      data-type={node.type}
      data-opened={isOpened || undefined}
      data-state={node.name}
      role="button"
      tabIndex={isStop ? 0 : -1}
      aria-label={label}
      onClick={open}
      onKeyDown={onKeyDown}
      onFocus={() => onFocus(node.name)}
      transform={`translate(${x},${top})`}
    >
      <Shape type={node.type} width={holds ? width - 4 : width} height={height} />
      <text textAnchor="middle" dominantBaseline="central">
        {node.name}
      </text>
      {count > 1 && (
        <g transform={`translate(${width / 2 - 6},${-height / 2})`}>
          <rect className="flow-count" x="-13" y="-8" width="26" height="16" rx="8" />
          <text className="flow-count-text" textAnchor="middle" dominantBaseline="central">
            ×{count > 99 ? '99+' : count}
          </text>
        </g>
      )}
    </g>
  );
});

/** Choices are pointed, waits and ends round, passes thin. */
function Shape({ type, width: w, height: h }: { type: string; width: number; height: number }) {
  if (type === 'Choice') {
    const [x, y, point] = [w / 2, h / 2, 14];
    return <path className="flow-shape" d={`M${-x},0 L${point - x},${-y} H${x - point} L${x},0 L${x - point},${y} H${point - x} z`} />;
  }
  const round = type === 'Wait' || type === 'Succeed' || type === 'Fail' ? h / 2 : 6;
  return <rect className="flow-shape" x={-w / 2} y={-h / 2} width={w} height={h} rx={round} />;
}

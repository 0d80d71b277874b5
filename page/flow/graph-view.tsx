/** The drawing in its window: zoomed, panned, and following what runs. */
import { type KeyboardEvent, type PointerEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Drawing } from './layout.ts';
import type { Lit } from './lit.ts';
import { Picture } from './picture.tsx';

/** So small, the whole graph with its errors fits in. */
const LEAST = 0.1;
const MOST = 2;
const STEP = 1.2;
/** As the window opens: all names can be read. */
const BEGINNING = 0.9;

const within = (zoom: number) => Math.min(MOST, Math.max(LEAST, zoom));

interface Props {
  drawing: Drawing;
  lit: Lit;
  opened: string | null;
  onOpen: (name: string) => void;
}

export function GraphView({ drawing, lit, opened, onOpen }: Props) {
  const view = useRef<HTMLDivElement>(null);
  const [zoom, setZoom] = useState(BEGINNING);
  const [isFollowing, setFollowing] = useState(true);
  useWheelZoom(view, setZoom);
  useFollowing(view, drawing, lit, zoom, isFollowing);
  const drag = useDrag(view);
  const fit = () => {
    const { clientWidth = 0, clientHeight = 0 } = view.current ?? {};
    setZoom(within(Math.min(clientWidth / drawing.width, clientHeight / drawing.height)));
  };
  const by = (factor: number) => setZoom((now) => within(now * factor));
  const onKeyDown = (event: KeyboardEvent) => {
    // With Ctrl or ⌘ these are the browser’s own.
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const doing = { '+': () => by(STEP), '=': () => by(STEP), '-': () => by(1 / STEP), '0': () => setZoom(BEGINNING) }[event.key];
    if (!doing) return;
    event.preventDefault();
    doing();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: + − 0 zoom wherever the focus is in here; the buttons do the same.
    <div className="flow-graph" onKeyDown={onKeyDown}>
      <div ref={view} className="flow-view" {...drag}>
        <Picture drawing={drawing} lit={lit} zoom={zoom} opened={opened} onOpen={onOpen} />
      </div>
      <div className="flow-tools">
        <label className="flow-toggle">
          <input type="checkbox" checked={isFollowing} onChange={({ target }) => setFollowing(target.checked)} /> Follow
        </label>
        <button type="button" className="button" aria-label="Zoom out" onClick={() => by(1 / STEP)}>
          −
        </button>
        <button
          type="button"
          className="button"
          aria-label={`Zoom: ${Math.round(zoom * 100)} %. Back to 90 %`}
          onClick={() => setZoom(BEGINNING)}
        >
          {Math.round(zoom * 100)} %
        </button>
        <button type="button" className="button" aria-label="Zoom in" onClick={() => by(STEP)}>
          +
        </button>
        <button type="button" className="button" onClick={fit}>
          Fit
        </button>
      </div>
    </div>
  );
}

type View = React.RefObject<HTMLDivElement | null>;

/** Ctrl and the wheel zoom. React listens passively, which couldn't keep the browser from zooming the page. */
function useWheelZoom(view: View, setZoom: (change: (zoom: number) => number) => void): void {
  useEffect(() => {
    const element = view.current;
    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      setZoom((zoom) => within(zoom * Math.exp(-event.deltaY / 300)));
    };
    element?.addEventListener('wheel', onWheel, { passive: false });
    return () => element?.removeEventListener('wheel', onWheel);
  }, [view, setZoom]);
}

/** Keeps the state where the execution is, or ended, in the middle as far as there is room; before there is one, the beginning. */
function useFollowing(view: View, drawing: Drawing, { place }: Lit, zoom: number, isFollowing: boolean): void {
  const isNew = useRef(true);
  useLayoutEffect(() => {
    const element = view.current;
    const state = drawing.states.find(({ node }) => (place === null ? node.first && node.parent === null : node.name === place));
    if (!element || !state || !isFollowing) return;
    const isStill = !matchMedia('(prefers-reduced-motion: no-preference)').matches;
    const behavior = isNew.current || isStill ? 'instant' : 'smooth';
    isNew.current = false;
    let size = '';
    const go = (how: ScrollBehavior) => {
      const { clientWidth, clientHeight } = element;
      // Observing tells the size that is there already.
      if (size === `${clientWidth} ${clientHeight}`) return;
      size = `${clientWidth} ${clientHeight}`;
      element.scrollTo({ left: state.x * zoom - clientWidth / 2, top: state.y * zoom - clientHeight / 2, behavior: how });
    };
    go(behavior);
    // Behind a tab there is nowhere to scroll to, and another size has another middle.
    const sizes = new ResizeObserver(() => go('instant'));
    sizes.observe(element);
    return () => sizes.disconnect();
  }, [view, drawing, place, zoom, isFollowing]);
}

/** Dragging the ground scrolls. */
function useDrag(view: View) {
  const from = useRef<{ x: number; y: number; left: number; top: number } | null>(null);
  return {
    onPointerDown: ({ clientX: x, clientY: y, button, target }: PointerEvent) => {
      if (!view.current || button !== 0 || (target as Element).closest('[role=button]')) return;
      from.current = { x, y, left: view.current.scrollLeft, top: view.current.scrollTop };
    },
    onPointerMove: ({ clientX, clientY, buttons }: PointerEvent) => {
      if (!view.current || !from.current) return;
      if (buttons === 0) from.current = null;
      else view.current.scrollTo(from.current.left - clientX + from.current.x, from.current.top - clientY + from.current.y);
    },
    onPointerUp: () => {
      from.current = null;
    },
  };
}

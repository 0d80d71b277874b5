/** Where states and ways are drawn: dagre lays out each level by itself, the inner ones first, so that a Parallel or a Map is one big state to its own level. */
import { Graph, layout } from '@dagrejs/dagre';
import type { FlowEdge, FlowGraph, FlowNode } from './graph.ts';

export interface Point {
  x: number;
  y: number;
}

/** A state with its centre and size. */
export interface Placed extends Point {
  node: FlowNode;
  width: number;
  height: number;
  /** A Parallel or Map: its inner states are drawn on it. */
  holds: boolean;
}

export interface Way extends FlowEdge {
  points: Point[];
}

export interface Drawing {
  width: number;
  height: number;
  /** Outer states before their inner ones, otherwise from left to right. */
  states: Placed[];
  ways: Way[];
}

const HEIGHT = 34;
/** Room for a big state's own name. */
const HEAD = 26;
const GAP = 12;
const LETTER = 7;
/** How far below states an arc back goes. */
const DEPTH = 22;
const WEIGHTS: Record<FlowEdge['kind'], number> = { next: 8, choice: 4, default: 1, catch: 1 };

/** The drawing of a graph, from left to right. */
export const drawingOf = (graph: FlowGraph): Drawing => level(graph, null, 0);

function level(graph: FlowGraph, parent: string | null, branch: number): Drawing {
  const nodes = graph.nodes.filter((node) => node.parent === parent && node.branch === branch);
  const names = new Set(nodes.map(({ name }) => name));
  const edges = graph.edges.filter(({ from, to }) => names.has(from) && names.has(to));
  const inner = new Map(nodes.map(({ name }) => [name, insideOf(graph, name)]));
  const dagre = new Graph({ multigraph: true });
  dagre.setGraph({ rankdir: 'LR', nodesep: 18, ranksep: 34, edgesep: 8, marginx: GAP, marginy: GAP });
  for (const node of nodes) dagre.setNode(node.name, sizeOf(node, inner.get(node.name)));
  const back = new Set(backIn(nodes, edges));
  // What leads back has no say in where states stand. The main way is kept straight; what else there is may bend.
  for (const edge of edges) if (!back.has(edge)) dagre.setEdge(edge.from, edge.to, { weight: WEIGHTS[edge.kind] }, edge.kind);
  layout(dagre);
  const states = nodes
    .map((node): Placed => {
      const { x = 0, y = 0, width = 0, height = 0 } = dagre.node(node.name) as Partial<Placed>;
      return { node, x, y, width, height, holds: inner.get(node.name) !== undefined };
    })
    .sort((one, other) => one.x - other.x || one.y - other.y);
  const at = new Map(states.map((state) => [state.node.name, state]));
  const ways = edges.map((edge): Way => {
    const points = back.has(edge) ? under(at.get(edge.from), at.get(edge.to)) : pointsOf(dagre.edge(edge.from, edge.to, edge.kind));
    return { ...edge, points };
  });
  const { width = 0, height: tall = 0 } = dagre.graph() as { width?: number; height?: number };
  const height = Math.max(tall, ...ways.flatMap(({ points }) => points.map(({ y }) => y + GAP)));
  const insides = states.map((state) => moved(inner.get(state.node.name), state.x - state.width / 2, state.y - state.height / 2 + HEAD));
  return {
    width,
    height,
    states: states.flatMap((state, at) => [state, ...(insides[at]?.states ?? [])]),
    ways: [...ways, ...insides.flatMap((inside) => inside.ways)],
  };
}

const pointsOf = (edge: unknown) => (edge as { points: Point[] }).points;

/** Edges that lead back to a state on the way to their own, found depth first from where the level begins. */
function backIn(nodes: FlowNode[], edges: FlowEdge[]): FlowEdge[] {
  const back: FlowEdge[] = [];
  const done = new Set<string>();
  const walk = (name: string, before: readonly string[]): void => {
    if (done.has(name)) return;
    const way = [...before, name];
    for (const edge of edges.filter(({ from }) => from === name)) {
      if (way.includes(edge.to)) back.push(edge);
      else walk(edge.to, way);
    }
    done.add(name);
  };
  for (const { name } of [...nodes].sort((one, other) => Number(other.first) - Number(one.first))) walk(name, []);
  return back;
}

/** From the bottom of one state to the bottom of an earlier one, in a flat arc. */
function under(from: Placed | undefined, to: Placed | undefined): Point[] {
  if (!from || !to) return [];
  const [start, end] = [from, to].map(({ x, y, height }) => ({ x, y: y + height / 2 }) as Point) as [Point, Point];
  const low = Math.max(start.y, end.y) + DEPTH;
  return [start, { x: start.x - DEPTH, y: low }, { x: end.x + DEPTH, y: low }, end];
}

function sizeOf({ name, type }: FlowNode, inside: Drawing | undefined): { width: number; height: number } {
  const width = Math.round(name.length * LETTER + (type === 'Choice' ? 40 : 30));
  return inside ? { width: Math.max(width, inside.width), height: inside.height + HEAD } : { width, height: HEIGHT };
}

/** The branches of a Parallel, or a Map's one, below one another. */
function insideOf(graph: FlowGraph, name: string): Drawing | undefined {
  const branches = [...new Set(graph.nodes.filter(({ parent }) => parent === name).map(({ branch }) => branch))];
  if (branches.length === 0) return undefined;
  const all: Drawing = { width: 0, height: 0, states: [], ways: [] };
  for (const branch of branches) {
    const one = level(graph, name, branch);
    const { states, ways } = moved(one, 0, all.height);
    all.states.push(...states);
    all.ways.push(...ways);
    all.width = Math.max(all.width, one.width);
    all.height += one.height;
  }
  return all;
}

function moved(drawing: Drawing | undefined, dx: number, dy: number): Pick<Drawing, 'states' | 'ways'> {
  const by = <T extends Point>(point: T): T => ({ ...point, x: point.x + dx, y: point.y + dy });
  return {
    states: drawing?.states.map(by) ?? [],
    ways: drawing?.ways.map((way) => ({ ...way, points: way.points.map(by) })) ?? [],
  };
}

/** A way as SVG path data: straight at its ends, round at its bends. */
export function pathOf(points: readonly Point[]): string {
  const [first, ...others] = points;
  const last = others.pop();
  if (!first || !last) return '';
  const round = others.map((bend, at) => {
    const next = others[at + 1] ?? last;
    const end = others[at + 1] ? { x: (bend.x + next.x) / 2, y: (bend.y + next.y) / 2 } : last;
    return `Q${bend.x},${bend.y} ${end.x},${end.y}`;
  });
  return [`M${first.x},${first.y}`, ...(round.length > 0 ? round : [`L${last.x},${last.y}`])].join(' ');
}

/** The state machine as a graph, read from its definition in the Amazon States Language. */

/** How one state comes after another: `Next`, a rule of a Choice, its `Default`, or a `Catch`. */
export type EdgeKind = 'next' | 'choice' | 'default' | 'catch';

export interface FlowNode {
  /** Names are unique in a whole machine, inner states included. */
  name: string;
  type: string;
  comment: string;
  /** The Parallel or Map whose inner state this is; null at the top. */
  parent: string | null;
  /** Which of the parent's branches. */
  branch: number;
  /** The execution, or the branch, begins here. */
  first: boolean;
}

export interface FlowEdge {
  from: string;
  to: string;
  kind: EdgeKind;
}

export interface FlowGraph {
  nodes: FlowNode[];
  edges: FlowEdge[];
}

interface States {
  StartAt: string;
  States: Record<string, State>;
}

interface State {
  Type: string;
  Comment?: string;
  Next?: string;
  Default?: string;
  Choices?: { Next: string }[];
  Catch?: { Next: string }[];
  Branches?: States[];
  ItemProcessor?: States;
  Iterator?: States;
}

/** Every state of a definition, and every way between two; several rules that lead to the same state are one edge. */
export function graphOf(definition: unknown): FlowGraph {
  const graph: FlowGraph = { nodes: [], edges: [] };
  add(graph, definition as States, null, 0);
  return graph;
}

function add(graph: FlowGraph, { StartAt, States: states }: States, parent: string | null, branch: number): void {
  for (const [name, state] of Object.entries(states)) {
    graph.nodes.push({ name, type: state.Type, comment: state.Comment ?? '', parent, branch, first: name === StartAt });
    graph.edges.push(...edgesOf(name, state));
    for (const [at, inner] of innerOf(state).entries()) add(graph, inner, name, at);
  }
}

const innerOf = ({ Branches, ItemProcessor, Iterator: iterator }: State): States[] =>
  Branches ?? [ItemProcessor ?? iterator].filter((inner) => inner !== undefined);

function edgesOf(from: string, { Next, Choices = [], Default, Catch = [] }: State): FlowEdge[] {
  const to = (kind: EdgeKind, names: (string | undefined)[]): FlowEdge[] =>
    [...new Set(names)].flatMap((name) => (name === undefined ? [] : { from, to: name, kind }));
  return [
    ...to('next', [Next]),
    ...to(
      'choice',
      Choices.map((rule) => rule.Next),
    ),
    ...to('default', [Default]),
    ...to(
      'catch',
      Catch.map((rule) => rule.Next),
    ),
  ];
}

const concludes = (name: string) => name.startsWith('Conclude');

/**
 * The graph without what only concludes or catches: what is reached over no error, and over no early ending. States of `visited` stay in
 * any case, with the edges between them, so that the way that an execution took is always whole.
 */
export function mainOf(graph: FlowGraph, visited: ReadonlySet<string>): FlowGraph {
  const kept = new Set(visited);
  const ways = graph.edges.filter((edge) => edge.kind !== 'catch' && !endsEarly(graph, edge));
  const next = graph.nodes.filter(({ first }) => first).map(({ name }) => name);
  for (let name = next.pop(); name !== undefined; name = next.pop()) {
    kept.add(name);
    next.push(...ways.filter(({ from, to }) => from === name && !kept.has(to)).map(({ to }) => to));
  }
  return {
    nodes: graph.nodes.filter(({ name }) => kept.has(name)),
    edges: graph.edges.filter((edge) => kept.has(edge.from) && kept.has(edge.to) && (edge.kind !== 'catch' || isDetour(edge, visited))),
  };
}

const isDetour = ({ from, to }: FlowEdge, visited: ReadonlySet<string>) => visited.has(from) && visited.has(to);

/** An edge to a conclusion, other than those of a choice whose every rule is one: that is where the flow ends well. */
function endsEarly({ edges }: FlowGraph, { from, to, kind }: FlowEdge): boolean {
  if (!concludes(to)) return false;
  return kind === 'default' || edges.some((other) => other.from === from && other.kind === 'choice' && !concludes(other.to));
}

/** Only what the page draws differently when it comes to be there: the visited states that `mainOf` would leave out by themselves. */
export function detours(graph: FlowGraph, visits: readonly { name: string }[]): string[] {
  const main = new Set(mainOf(graph, new Set()).nodes.map(({ name }) => name));
  const aside = new Set(graph.nodes.map(({ name }) => name).filter((name) => !main.has(name)));
  return [...new Set(visits.map(({ name }) => name).filter((name) => aside.has(name)))].sort();
}

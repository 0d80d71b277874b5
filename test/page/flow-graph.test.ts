import { readFileSync } from 'node:fs';
import { detours, graphOf, mainOf } from '../../page/flow/graph.ts';
import { drawingOf, pathOf } from '../../page/flow/layout.ts';
import { litUp, nameOf, wayOf } from '../../page/flow/lit.ts';
import { piecesOf, sizeOf } from '../../page/flow/pieces.ts';
import { rowsOf } from '../../page/flow/rows.ts';

type States = { StartAt: string; States: Record<string, Record<string, unknown>> };
const definition = JSON.parse(readFileSync('statemachine/deletion.asl.json', 'utf8')) as States;
const graph = graphOf(definition);

/** All states of a definition, each with the state that holds it. */
const statesOf = (
  states: States,
  parent: string | null = null,
): { name: string; parent: string | null; state: Record<string, unknown> }[] =>
  Object.entries(states.States).flatMap(([name, state]) => [
    { name, parent, state },
    ...[(state.Branches as States[]) ?? [], (state.ItemProcessor as States) ?? []].flat().flatMap((inner) => statesOf(inner, name)),
  ]);
const all = statesOf(definition);
const visit = (name: string, exitedAt: string | null = '2026-11-26T12:00:01Z', type = 'Task') => ({
  name,
  type,
  enteredAt: '2026-11-26T12:00:00Z',
  exitedAt,
});

describe('the graph', () => {
  test('has every state, inside the one that holds it', () => {
    expect(graph.nodes.map(({ name, parent }) => ({ name, parent }))).toEqual(all.map(({ name, parent }) => ({ name, parent })));
    expect(graph.nodes.find(({ name }) => name === 'EmptyRange')?.parent).toBe('EmptyRanges');
    expect(graph.nodes.filter(({ first }) => first)).toHaveLength(4);
  });

  test('has every Next, Choice, Default and Catch as an edge', () => {
    const ways = all.flatMap(({ name, state }) => [
      ...[(state.Next as string) ?? []].flat().map((to) => `${name} ${to} next`),
      ...((state.Choices as { Next: string }[]) ?? []).map(({ Next }) => `${name} ${Next} choice`),
      ...[(state.Default as string) ?? []].flat().map((to) => `${name} ${to} default`),
      ...((state.Catch as { Next: string }[]) ?? []).map(({ Next }) => `${name} ${Next} catch`),
    ]);
    expect(new Set(graph.edges.map((edge) => `${wayOf(edge)} ${edge.kind}`))).toEqual(new Set(ways));
    expect(graph.edges).toHaveLength(new Set(ways).size);
  });

  test('without errors and endings keeps the way to the end', () => {
    const names = mainOf(graph, new Set()).nodes.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['Begin', 'Elevate', 'EmptyRange', 'DeleteBucket', 'ConcludeWork', 'Report', 'EndDone']));
    expect(names).not.toEqual(expect.arrayContaining(['ConcludeFailure']));
    expect(names).not.toEqual(expect.arrayContaining(['EndUnreported']));
    expect(mainOf(graph, new Set()).edges.some(({ kind }) => kind === 'catch')).toBe(false);
  });

  test('without errors and endings still shows those that an execution came to', () => {
    const visits = [visit('Begin'), visit('Inspect'), visit('ConcludeFailure'), visit('Report')];
    expect(detours(graph, visits)).toEqual(['ConcludeFailure']);
    const main = mainOf(graph, new Set(visits.map(({ name }) => name)));
    expect(main.edges).toEqual(expect.arrayContaining([{ from: 'Inspect', to: 'ConcludeFailure', kind: 'catch' }]));
  });
});

describe('the drawing', () => {
  test('puts every state on it, inner ones within the one that holds them, none over another', () => {
    const { states, ways, width, height } = drawingOf(graph);
    expect(states).toHaveLength(graph.nodes.length);
    expect(ways).toHaveLength(graph.edges.length);
    const box = ({ x, y, width: w, height: h }: (typeof states)[number]) => ({ l: x - w / 2, r: x + w / 2, t: y - h / 2, b: y + h / 2 });
    for (const state of states) {
      const { l, r, t, b } = box(state);
      expect([l >= 0, t >= 0, r <= width, b <= height]).toEqual([true, true, true, true]);
      const holder = states.find(({ node }) => node.name === state.node.parent);
      if (holder) {
        const outer = box(holder);
        expect([l >= outer.l, t >= outer.t, r <= outer.r, b <= outer.b]).toEqual([true, true, true, true]);
      }
      const over = states.filter((other) => {
        const { l: l2, r: r2, t: t2, b: b2 } = box(other);
        return other !== state && other.node.parent === state.node.parent && l < r2 && l2 < r && t < b2 && t2 < b;
      });
      expect(over.map(({ node }) => node.name)).toEqual([]);
    }
  });

  test('draws a way from its beginning to its end', () => {
    expect(pathOf([])).toBe('');
    expect(pathOf([at(0, 0), at(2, 2)])).toBe('M0,0 L2,2');
    expect(pathOf([at(0, 0), at(2, 2), at(4, 0)])).toBe('M0,0 Q2,2 4,0');
    expect(pathOf([at(0, 0), at(2, 2), at(4, 4), at(6, 0)])).toBe('M0,0 Q2,2 3,3 Q4,4 6,0');
  });
});

const at = (x: number, y: number) => ({ x, y });

describe('an execution', () => {
  test('lights up the states that it visited, and the one that it is in', () => {
    const lit = litUp(graph, {
      status: 'RUNNING',
      visits: [visit('Begin'), visit('Inspect'), visit('WorthAsking?'), visit('AskApprover'), visit('BeginAgain'), visit('Inspect', null)],
    });
    expect(lit.now).toBe('Inspect');
    expect(lit.taken).toEqual(
      new Set(['Begin Inspect', 'Inspect WorthAsking?', 'WorthAsking? AskApprover', 'AskApprover BeginAgain', 'BeginAgain Inspect']),
    );
    expect(nameOf('Inspect', lit)).toBe('Inspect, visited twice, running');
    expect(nameOf('AskApprover', lit)).toBe('AskApprover, visited, caught an error');
    expect(nameOf('Elevate', lit)).toBe('Elevate, not visited');
  });

  test('that fails shows where', () => {
    const lit = litUp(graph, { status: 'FAILED', visits: [visit('Report'), visit('EndUnreported', null, 'Fail')] });
    expect([lit.now, lit.tones.get('Report'), lit.tones.get('EndUnreported')]).toEqual([null, 'caught', 'failed']);
    expect(litUp(graph, { status: 'ABORTED', visits: [visit('Elevate', null)] }).tones.get('Elevate')).toBe('failed');
  });

  test('calls no state of a Parallel caught where another way led on too', () => {
    const told = (...names: string[]) => litUp(graph, { status: 'RUNNING', visits: names.map((name) => visit(name)) });
    const [well, caught] = [told('TellProgress', 'AllTold?', 'TellNothing'), told('TellProgress', 'TellNothing')];
    expect([well.tones.get('TellProgress'), well.taken.has('TellProgress TellNothing')]).toEqual(['visited', false]);
    expect([caught.tones.get('TellProgress'), caught.taken.has('TellProgress TellNothing')]).toEqual(['caught', true]);
  });

  test('keeps a state of a Map lit while one of its items is in it', () => {
    const lit = litUp(graph, { status: 'RUNNING', visits: [visit('EmptyRange', null), visit('EmptyRange'), visit('TellProgress', null)] });
    expect([lit.tones.get('EmptyRange'), lit.counts.get('EmptyRange'), lit.now]).toEqual(['running', 2, 'TellProgress']);
  });
});

describe('input and output', () => {
  const shown = (value: unknown) => piecesOf(value).map((piece) => (typeof piece === 'string' ? piece : `<${sizeOf(piece.size)}>`));

  test.each([[{}], [[]], [null], ['text'], [{ a: 1, b: { c: [true, 'x"y', {}] } }]])('%j is pretty JSON', (value) => {
    expect(shown(value).join('')).toBe(JSON.stringify(value, null, 2));
  });

  test('what is sealed is a chip', () => {
    const sealed = Buffer.concat([Buffer.from([2, 5, 120]), Buffer.alloc(1197)]).toString('base64');
    expect(shown({ sealedRequest: sealed }).join('')).toBe('{\n  "sealedRequest": <1.2 KB>\n}');
    expect(JSON.stringify(piecesOf(sealed))).not.toContain(sealed.slice(0, 40));
    expect(shown('Ag, no seal')).toEqual(['"Ag, no seal"']);
    expect(shown('x'.repeat(401))).toEqual(['<401 bytes>']);
  });
});

describe('the list of visits', () => {
  const parents = new Map(graph.nodes.map(({ name, parent }) => [name, parent]));
  const at = (name: string, entered: number, exited: number | null) => ({
    ...visit(name, exited === null ? null : new Date(exited).toISOString()),
    enteredAt: new Date(entered).toISOString(),
  });
  const told = (visits: ReturnType<typeof at>[]) => rowsOf(visits, parents).map(({ name, count, open }) => `${name} ${count} ${open}`);

  test('has a row for each visit, however often a state comes', () => {
    expect(told([at('Begin', 0, 1), at('Inspect', 1, 2), at('Begin', 2, 3), at('Inspect', 3, null)])).toEqual([
      'Begin 1 0',
      'Inspect 1 0',
      'Begin 1 0',
      'Inspect 1 1',
    ]);
  });

  test('has one for all the visits inside a Parallel or a Map, for as long as that lasts', () => {
    const pass = (from: number) => [
      at('EmptyAndTell', from, from + 9),
      at('EmptyRanges', from, from + 8),
      ...[1, 2, 3].flatMap((item) => [at('EmptyRange', from + item, from + 9 - item), at('TellProgress', from + item, from + item)]),
      at('CheckBucket', from + 9, from + 9),
    ];
    const one = ['EmptyAndTell 1 0', 'EmptyRanges 1 0', 'EmptyRange 3 0', 'TellProgress 3 0', 'CheckBucket 1 0'];
    expect(told([...pass(0), ...pass(100)])).toEqual([...one, ...one]);
  });

  test('says when the first was entered and the last was left, and how many were not', () => {
    const visits = [at('EmptyRange', 5, 90), at('EmptyRange', 6, null), at('EmptyRange', 7, 80)];
    expect(rowsOf(visits, parents)).toEqual([
      {
        name: 'EmptyRange',
        type: 'Task',
        count: 3,
        open: 1,
        enteredAt: '1970-01-01T00:00:00.005Z',
        exitedAt: '1970-01-01T00:00:00.090Z',
      },
    ]);
  });
});

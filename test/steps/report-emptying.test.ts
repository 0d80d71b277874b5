import type { RequestRow } from '../../src/aws/requests.ts';
import { TryAgain } from '../../src/errors.ts';
import { type ReportParts, report, type ToReport } from '../../src/steps/report.ts';
import { answer, beginAnew, config, deletion, eventBridge, parts, request, requestId, told, world } from '../helpers/reporting.ts';

beforeEach(beginAnew);

describe('what went', () => {
  const emptied = (more: object): ToReport => ({
    ...deletion,
    emptying: {
      verdict: 'empty',
      why: '',
      at: '2026-11-02T09:10:00.000Z',
      pass: 2,
      run: 'r',
      last: 0,
      done: { versions: 0, markers: 0, bytes: 0, uploads: 0 },
      least: false,
      left: 0,
      by: '',
      attempt: 1,
      auditHead: 'd',
      ...more,
    },
  });
  const WHERE = 'What went is listed under s3://kept-lists/went/req-abcdefghij23/';
  const said = async (toReport: ToReport, archive: object = { archive: { bucket: 'kept-lists', prefix: 'went' } }) => {
    await report(toReport, { ...parts, config: { ...config, ...archive } } as unknown as ReportParts);
    return world.posts.filter(({ text }) => text.includes(WHERE)).length;
  };

  it.each<[string, object, boolean]>([
    ['was emptied', { done: { versions: 0, markers: 1, bytes: 0, uploads: 0 } }, true],
    ['was under way when it failed', { verdict: 'divided' }, true],
    ['was empty already', {}, false],
  ])('is said to be listed, to all who hear of the end, where the bucket %s', async (_, more, is) => {
    expect((await said(emptied(more))) > 1).toBe(is);
    expect(world.row.why?.includes(WHERE)).toBe(is);
  });

  it('is said in a failure, too, and nowhere without an archive', async () => {
    const failed = { ...emptied({ verdict: 'divided' }), conclusion: { outcome: 'failed', why: 'TryAgain', by: null } } as const;
    expect(await said(failed)).toBeGreaterThan(0);
    expect(world.row.why).not.toMatch(/^TryAgain/);
    world.posts = [];
    expect(await said(emptied({ verdict: 'divided' }), {})).toBe(0);
    expect(await said(deletion)).toBe(0);
  });

  it('is said beside what somebody typed, and is no part of that', async () => {
    const rejected = {
      ...emptied({ verdict: 'sessionEnded', done: { versions: 12, markers: 0, bytes: 0, uploads: 0 } }),
      conclusion: { outcome: 'rejected', why: 'Not today.', by: 'U0BOB' },
      answer: { ...answer, verdict: 'rejected', approver: 'bob', attempt: 2 },
      went: 'Before that, 12 versions went.',
      work: null,
    } as const;
    expect(await said(rejected)).toBeGreaterThan(1);
    for (const user of ['U0RIYA', 'U0ALICE'])
      expect(told(user).join()).toMatch(/“Not today\.”".*"Before that, 12 versions went\. What went is listed/);
    expect(world.row).toMatchObject({ why: 'Not today.', went: expect.stringContaining('12 versions went') });
  });

  it('is said of a failure too, behind why', async () => {
    const conclusion = { outcome: 'failed', why: 'States.Timeout', by: null } as const;
    await report({ ...emptied({ verdict: 'divided' }), conclusion, went: 'At least 3 versions went.' }, parts);
    expect(world.row.why).toBe('A step took longer than it may. At least 3 versions went.');
    expect(told('U0RIYA').join()).toContain('A step took longer than it may. At least 3 versions went.');
  });
});

describe('the workers of an emptying', () => {
  const stopped = { outcome: 'stopped', why: 'An operator stopped it.', by: null } as const;
  const emptying = {
    verdict: 'divided',
    pass: 1,
    last: 0,
    done: { versions: 0, markers: 0, bytes: 0, uploads: 0 },
  } as ToReport['emptying'];
  const long = { ...request, kind: 'empty-delete' } as const;
  const STOP = { requestId, by: '', why: 'stopped' };

  it.each<[string, Partial<ToReport>, Partial<RequestRow>, object[]]>([
    ['are told to end where the execution was', { ...eventBridge, conclusion: stopped }, { kind: 'empty' }, [STOP]],
    ['are told by the flow’s own report', { request: long, emptying, conclusion: stopped }, { kind: 'empty-delete' }, [STOP]],
    ['are none where nothing was planned', { request: long, conclusion: stopped }, { kind: 'empty-delete' }, []],
    ['are none of a deletion', { ...eventBridge, conclusion: stopped }, {}, []],
  ])('%s', async (_, more, of, expected) => {
    Object.assign(world.row, of);
    await report({ ...deletion, ...more }, parts);
    expect(world.stops).toEqual(expected);
  });

  it('are told though the record is gone', async () => {
    const gone = { ...parts, requests: { ...parts.requests, get: async () => undefined } } as unknown as ReportParts;
    await report({ ...eventBridge, conclusion: stopped }, gone);
    expect(world.stops).toEqual([STOP]);
  });

  it('are told when it is run again, where that failed; people hear of the end at once', async () => {
    world.row.kind = 'purge';
    world.unstoppable = 1;
    await expect(report({ ...eventBridge, conclusion: stopped }, parts)).rejects.toThrow(TryAgain);
    expect([world.stops, told('U0RIYA').length]).toEqual([[], 1]);
    await report({ ...eventBridge, conclusion: stopped }, parts);
    expect([world.stops.length, told('U0RIYA').length]).toEqual([1, 1]);
  });
});

describe('who pressed Stop as the session ended', () => {
  const ended = (attempt: number) => ({ verdict: 'sessionEnded', attempt, done: { versions: 3, markers: 0, bytes: 0, uploads: 0 } });
  const between = (attempt = 1): ToReport => ({
    ...deletion,
    request: { ...request, kind: 'empty' },
    emptying: ended(attempt) as ToReport['emptying'],
    conclusion: { outcome: 'stopped', why: 'It was stopped before anybody was asked for another code.', by: null },
    work: null,
  });

  it('stands in the trail, in the record and in what is told', async () => {
    world.stop = { by: 'U0BOB', why: 'Stop' };
    await report(between(), parts);
    expect(world.whats.at(-1)).toMatchObject({ outcome: 'stopped', by: 'U0BOB' });
    expect([world.row.closedBy, told('U0RIYA')]).toEqual(['U0BOB', [expect.stringContaining('*stopped* by <@U0BOB>')]]);
  });

  it.each<[string, object | undefined, ToReport]>([
    ['no person did', { by: '', why: 'denied' }, between()],
    ['nobody knows', undefined, between()],
    ['the name is none', { by: '<!channel>', why: '' }, between()],
    ['a code that was given after it was not used', { by: 'U0BOB', why: '' }, { ...between(), answer: { ...answer, attempt: 2 } }],
  ])('is nobody where %s', async (_, by, toReport) => {
    world.stop = by as typeof world.stop;
    await report(toReport, parts);
    expect([world.whats.at(-1)?.by, world.row.closedBy]).toEqual([null, null]);
  });
});

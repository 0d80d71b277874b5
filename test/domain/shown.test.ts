import type { Facts, Request } from '../../src/domain/request.ts';
import { shownDigest } from '../../src/domain/shown.ts';
import { aGuardChange, aRequest, someFacts } from '../helpers/models.ts';

const request = aRequest();
const facts = someFacts({ guardChange: aGuardChange() });
const shown = shownDigest(request, facts, []);
const other = (value: unknown) => (typeof value === 'boolean' ? !value : 'another');

describe('what an approver was shown', () => {
  it.each(Object.keys(request).filter((name) => name !== 'auditHead'))('is something else with another %s', (name) => {
    expect(shownDigest({ ...request, [name]: other(request[name as keyof Request]) } as Request, facts, [])).not.toBe(shown);
  });

  it.each(Object.keys(facts))('is something else with other facts (%s)', (name) => {
    expect(shownDigest(request, { ...facts, [name]: other(facts[name as keyof Facts]) } as Facts, [])).not.toBe(shown);
  });

  it.each<[string, Partial<Request>, Partial<Facts>, string[]]>([
    ['a guard for a deletion', { kind: 'guard-hardened' }, {}, []],
    ['a guard taken off', { kind: 'guard-off' }, {}, []],
    ['another who may approve', {}, { guardChange: aGuardChange({ approvers: ['interlock-mallory'] }) }, []],
    ['a tag more', {}, { tags: [{ key: 'state', value: 'abandoned' }] }, []],
    ['a note', {}, {}, ['Correction: riya has made this a rehearsal. Nothing will be deleted.']],
  ])('is something else with %s', (_, ofRequest, ofFacts, notes) => {
    expect(shownDigest({ ...request, ...ofRequest }, { ...facts, ...ofFacts }, notes)).not.toBe(shown);
  });

  it('is the same in whatever order it is kept, and with what else a row has', () => {
    const turned = Object.fromEntries(Object.entries({ ...request, auditHead: 'moved on', state: 'waiting' }).reverse());
    expect(shownDigest(turned as Request, facts, [])).toBe(shown);
  });
});

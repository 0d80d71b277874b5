import { windowOf } from '../../src/domain/window.ts';
import { aPlan } from '../helpers/emptying-steps.ts';
import { aRequest } from '../helpers/models.ts';

const request = aRequest();
const at = (time: string) => Date.parse(`2026-11-${time}:00.000Z`);
const OWN = { from: at('02T09:00'), remindAt: at('02T13:00'), until: at('02T17:00') };

/** A session that ended in the middle, at a time. */
const ended = (time: string, pass = 2) => aPlan({ verdict: 'sessionEnded', pass, at: `2026-11-${time}:00.000Z` });

describe('a code is waited for', () => {
  it.each([
    ['where nothing was begun', null],
    ['where the session ended before anything was begun', ended('02T16:59', 1)],
    ['where something else came of it', { ...ended('02T16:59'), verdict: 'divided' as const }],
  ])('as long as the request lasts, %s', (_, emptying) => {
    expect(windowOf(request, emptying)).toEqual(OWN);
  });

  it('as long anew from when a session ended in the middle, with a reminder of its own', () => {
    expect(windowOf(request, ended('02T16:30'))).toEqual({ from: at('02T16:30'), remindAt: at('02T20:30'), until: at('03T00:30') });
    expect(windowOf(request, ended('02T18:00')).until).toBe(at('03T02:00'));
  });

  it('a day at most then, and never shorter than the request lasts', () => {
    const long = aRequest({ remindAt: '2026-11-05T21:00:00.000Z', expiresAt: '2026-11-09T09:00:00.000Z' });
    expect(windowOf(long, ended('09T08:00')).until).toBe(at('10T08:00'));
    expect(windowOf(long, ended('03T08:00'))).toEqual({ from: at('02T09:00'), remindAt: at('05T21:00'), until: at('09T09:00') });
  });
});

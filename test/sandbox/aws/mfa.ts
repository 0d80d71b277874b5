import fc from 'fast-check';
import { Secret, TOTP } from 'otpauth';
import { Mfa } from '../../../sandbox/aws/mfa.ts';
import { IamStore } from '../../../sandbox/aws/services/iam-store.ts';
import { Clock } from '../../../sandbox/clock.ts';
import { SERIAL, UNABLE, WRONG_CODE } from '../../helpers/deletion-role.ts';
import { ACCOUNT, SEED } from '../../helpers/sandbox-aws.ts';

describe('codes', () => {
  const device = () => {
    const clock = new Clock();
    const iam = new IamStore({ account: ACCOUNT, clock });
    iam.createUser({ name: 'alice' });
    iam.createMfaDevice({ user: 'alice', serial: SERIAL, seed: SEED });
    const mfa = new Mfa({ iam, clock });
    return { clock, mfa, verify: (code: string) => mfa.verify('alice', SERIAL, code) };
  };
  const outcome = (action: () => void): string => {
    try {
      action();
    } catch (error) {
      return (error as Error).message === UNABLE ? 'unable' : (error as Error).message === WRONG_CODE ? 'wrong' : 'other';
    }
    return 'right';
  };

  it('are right two steps either way, once each, in any order', () => {
    const totp = new TOTP({ secret: Secret.fromBase32(SEED) });
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 1, maxLength: 9 }), (steps) => {
        const { clock, verify } = device();
        // At the beginning of a step: near its end, it could change under the test.
        clock.advance(30 - (clock.now() % 30_000) / 1000);
        const now = clock.now();
        const used = new Set<string>();
        for (const step of steps) {
          const code = totp.generate({ timestamp: now + step * 30_000 });
          expect(outcome(() => verify(code))).toBe(Math.abs(step) <= 2 && !used.has(code) ? 'right' : 'wrong');
          if (Math.abs(step) <= 2) used.add(code);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('are not looked at after nine verifications in three minutes, right ones neither', () => {
    const { clock, verify } = device();
    const code = () => new TOTP({ secret: Secret.fromBase32(SEED) }).generate({ timestamp: clock.now() });
    expect(outcome(() => verify(code()))).toBe('right');
    for (let wrong = 0; wrong < 8; wrong += 1) expect(outcome(() => verify(String(wrong).repeat(6)))).toBe('wrong');
    clock.advance(30);
    expect(outcome(() => verify(code()))).toBe('unable');
    clock.advance(151);
    expect(outcome(() => verify(code()))).toBe('right');
  });
});

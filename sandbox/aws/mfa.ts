import { Secret, TOTP } from 'otpauth';
import type { Clock } from '../clock.ts';
import { AwsError } from './service.ts';
import type { IamStore } from './services/iam-store.ts';

/** RFC 6238 as AWS's virtual devices use it (IAM user guide, "Assign a virtual MFA device"). */
const STEP_SECONDS = 30;
/** Steps of drift that are taken, either way. */
const DRIFT = 2;
/** Verifications a device may have in the window, successes included; measured by users of the API, AWS documents no number. */
const VERIFICATIONS = 9;
const WINDOW = 3 * 60_000;

/** What comes of a code. */
export type MfaVerdict = 'right' | 'wrong' | 'unable';

/** Checks codes of MFA devices: a code once a device, in any order, two steps of drift, and the throttle. */
export class Mfa {
  readonly #iam: IamStore;
  readonly #clock: Clock;
  /** By device: the steps whose codes were used. */
  readonly #used = new Map<string, Set<number>>();
  readonly #verified = new Map<string, number[]>();
  /** By device: the newest code that was right. */
  readonly #spent = new Map<string, string>();

  constructor(options: { iam: IamStore; clock: Clock }) {
    this.#iam = options.iam;
    this.#clock = options.clock;
  }

  /**
   * Spends `code` on the device of `owner` (a user's name or `root`). Throws AccessDenied in STS's words: one text for a wrong or used
   * code, another for a serial that isn't this owner's and for a throttled device.
   */
  verify(owner: string, serial: string | undefined, code: string | undefined): void {
    if (serial === undefined || code === undefined) {
      throw refused('MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.');
    }
    const verdict = this.check(owner, serial, code);
    if (verdict === 'unable') {
      throw refused(
        'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.',
      );
    }
    if (verdict === 'wrong') throw refused('MultiFactorAuthentication failed with invalid MFA one time pass code. ');
  }

  /** Spends `code`, and says what comes of it; `unable`: the device isn't the owner's, or is throttled. */
  check(owner: string, serial: string, code: string): MfaVerdict {
    const device = this.#iam.devices.get(serial);
    const now = this.#clock.now();
    if (device?.owner !== owner || this.#throttled(serial, now)) return 'unable';
    const step = this.#stepOf(device.seed, code, now);
    const used = this.#used.get(serial) ?? new Set();
    if (step === undefined || used.has(step)) return 'wrong';
    used.add(step);
    this.#used.set(serial, used);
    this.#spent.set(serial, code);
    return 'right';
  }

  /** The code of this device that was just used; it is good for nothing any more. */
  spent(serial: string): string | undefined {
    return this.#spent.get(serial);
  }

  /** The six digits that a device with this seed (base32) shows, from one time to another (milliseconds since 1970). */
  shows(seed: string, at: number): { code: string; from: number; until: number } {
    const step = STEP_SECONDS * 1000;
    const from = Math.floor(at / step) * step;
    return { code: totp(seed).generate({ timestamp: at }), from, until: from + step };
  }

  /** Counts this verification; true when the device had its share already. */
  #throttled(serial: string, now: number): boolean {
    const recent = (this.#verified.get(serial) ?? []).filter((time) => time > now - WINDOW);
    const throttled = recent.length >= VERIFICATIONS;
    this.#verified.set(serial, throttled ? recent : [...recent, now]);
    return throttled;
  }

  #stepOf(seed: string, code: string, timestamp: number): number | undefined {
    const delta = totp(seed).validate({ token: code, timestamp, window: DRIFT });
    return delta === null ? undefined : Math.floor(timestamp / 1000 / STEP_SECONDS) + delta;
  }
}

const totp = (seed: string): TOTP => new TOTP({ secret: Secret.fromBase32(seed), period: STEP_SECONDS, digits: 6 });

const refused = (message: string): AwsError => new AwsError('AccessDenied', message, 403);

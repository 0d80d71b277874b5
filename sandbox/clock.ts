import { Signal } from './signal.ts';

/**
 * The sandbox's one clock: codes, sessions, windows, triggers, schedules and the workers' `Date` all follow it.
 * It runs at the real pace, shifted by what was added with `advance`.
 */
export class Clock {
  /** Shared with the workers (8 bytes, a Float64: the shift in milliseconds). */
  readonly shared = new SharedArrayBuffer(8);
  /** Rings when it was moved forward. */
  readonly moved = new Signal();
  readonly #shift = new Float64Array(this.shared);
  readonly #alarms = new Set<{ at: number; ring: () => void; timer?: NodeJS.Timeout }>();

  /** Now, in milliseconds since 1970. */
  now(): number {
    return Date.now() + (this.#shift[0] ?? 0);
  }

  date(): Date {
    return new Date(this.now());
  }

  /** Moves the clock forward by so many seconds; alarms that are due by then ring, the earliest first. */
  advance(seconds: number): void {
    if (!Number.isFinite(seconds) || seconds < 0) throw new RangeError('advance: seconds must be a number of 0 or more');
    this.#shift[0] = (this.#shift[0] ?? 0) + seconds * 1000;
    for (const alarm of [...this.#alarms].sort((a, b) => a.at - b.at)) this.#arm(alarm);
    this.moved.ring();
  }

  /** How far it is ahead of the machine's, in milliseconds. */
  shift(): number {
    return this.#shift[0] ?? 0;
  }

  /** Calls `ring` once the clock reaches `at` (milliseconds since 1970); returns what takes the alarm back. */
  at(at: number, ring: () => void): () => void {
    const alarm = { at, ring };
    this.#alarms.add(alarm);
    this.#arm(alarm);
    return () => this.#drop(alarm);
  }

  /** Takes every alarm back. */
  close(): void {
    for (const alarm of [...this.#alarms]) this.#drop(alarm);
  }

  #arm(alarm: { at: number; ring: () => void; timer?: NodeJS.Timeout }): void {
    clearTimeout(alarm.timer);
    // setTimeout takes 2^31-1 ms at most (Node.js documentation, "Timers"); longer waits are armed anew.
    const wait = Math.min(Math.max(alarm.at - this.now(), 0), 2 ** 31 - 1);
    alarm.timer = setTimeout(() => {
      if (this.now() < alarm.at) return this.#arm(alarm);
      this.#alarms.delete(alarm);
      alarm.ring();
    }, wait);
  }

  #drop(alarm: { at: number; ring: () => void; timer?: NodeJS.Timeout }): void {
    clearTimeout(alarm.timer);
    this.#alarms.delete(alarm);
  }
}

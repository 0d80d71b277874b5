import { follow } from '../../page/follow.ts';
import { liveNow } from '../../page/live.ts';

/** A browser's EventSource, as far as the page uses it. */
class Source extends EventTarget {
  static readonly CLOSED = 2;
  static all: Source[] = [];
  readonly url: string;
  readyState = 0;
  onerror?: () => void;
  constructor(url: string) {
    super();
    this.url = url;
    Source.all.push(this);
  }
  close(): void {
    this.readyState = Source.CLOSED;
  }
  tell(event: string, data: unknown): void {
    this.dispatchEvent(new MessageEvent(event, { data: JSON.stringify(data) }));
  }
}

const open = () => Source.all.filter(({ readyState }) => readyState !== Source.CLOSED);

/** A window that can be hidden and shown, and draws when it is told to. */
function sight(shown: boolean) {
  let listener: (() => void) | undefined;
  const frames: (() => void)[] = [];
  return {
    isShown: () => shown,
    onChange: (heard: () => void) => {
      listener = heard;
      return () => {
        listener = undefined;
      };
    },
    set(now: boolean) {
      shown = now;
      listener?.();
    },
    isHeard: () => listener !== undefined,
    beforeDrawing: (call: () => void) => void frames.push(call),
    /** Gives how often it was asked for. */
    draw(): number {
      const due = frames.splice(0);
      for (const call of due) call();
      return due.length;
    },
  };
}

describe('a window', () => {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'EventSource');
  beforeEach(() => {
    Source.all = [];
    Object.defineProperty(globalThis, 'EventSource', { configurable: true, value: Source });
  });
  afterEach(() => {
    if (before) Object.defineProperty(globalThis, 'EventSource', before);
    else Reflect.deleteProperty(globalThis, 'EventSource');
  });

  it('lets its stream go while it is hidden, and is told all anew when it is shown', () => {
    const window = sight(true);
    const end = follow('riya', () => {}, window);
    expect(open().map(({ url }) => url)).toEqual(['/sandbox/events?user=riya']);
    window.set(false);
    expect(open()).toEqual([]);
    window.set(true);
    expect(open()).toHaveLength(1);
    open()[0]?.tell('hello', { boot: 'b', user: 'riya' });
    window.draw();
    expect(liveNow()).toMatchObject({ connected: true, hello: { boot: 'b' } });
    end();
    expect(open()).toEqual([]);
    expect(window.isHeard()).toBe(false);
  });

  it('shows at once what comes between two frames, and nothing of what came before it was hidden', () => {
    const window = sight(true);
    const end = follow('riya', () => {}, window);
    open()[0]?.tell('clock', { shift: 1 });
    open()[0]?.tell('buckets', [{ name: 'team-a' }]);
    expect(liveNow().buckets).toEqual([]);
    expect(window.draw()).toBe(1);
    expect(liveNow()).toMatchObject({ shift: 1, buckets: [{ name: 'team-a' }] });
    open()[0]?.tell('clock', { shift: 2 });
    window.set(false);
    window.draw();
    expect(liveNow().shift).toBe(1);
    end();
  });

  it('asks for nothing before it is first shown', () => {
    const window = sight(false);
    const end = follow('riya', () => {}, window);
    expect(Source.all).toEqual([]);
    window.set(true);
    expect(open()).toHaveLength(1);
    end();
  });
});

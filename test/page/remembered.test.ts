import { recall, remember } from '../../page/shell/remembered.ts';

describe('what the browser keeps for the page', () => {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'localStorage');
  const provide = (get: () => unknown) => Object.defineProperty(globalThis, 'localStorage', { configurable: true, get });
  afterEach(() => {
    if (before) Object.defineProperty(globalThis, 'localStorage', before);
    else Reflect.deleteProperty(globalThis, 'localStorage');
  });

  test('is what it was told to keep', () => {
    const kept = new Map<string, string>();
    provide(() => ({ getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value) }));
    expect(recall('localStorage', 'a')).toBeNull();
    remember('localStorage', 'a', 'b');
    expect(recall('localStorage', 'a')).toBe('b');
  });

  test('is nothing where storage is blocked, and nothing breaks', () => {
    provide(() => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    });
    remember('localStorage', 'a', 'b');
    expect(recall('localStorage', 'a')).toBeNull();
  });
});

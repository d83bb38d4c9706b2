import { describe, expect, it, vi } from 'vitest';
import { equal, shallowEqual, Store } from '../store.js';

describe('a store', () => {
  it('tells once of a change, and not at all where nothing differs', () => {
    const store = new Store({ a: { n: 1 }, b: [1, 2] });
    const heard = vi.fn();
    store.subscribe(heard);
    store.set({ a: { n: 1 }, b: [1, 2] });
    expect(heard).not.toHaveBeenCalled();
    store.set({ a: { n: 2 }, b: [1] });
    expect(heard).toHaveBeenCalledTimes(1);
  });

  it('keeps the identity of what stayed equal', () => {
    const store = new Store({ a: { n: [1] }, b: 1 });
    const { a } = store.all();
    store.set({ a: { n: [1] }, b: 2 });
    expect(store.get('a')).toBe(a);
    expect(store.get('b')).toBe(2);
  });

  it('is left by unsubscribing', () => {
    const store = new Store({ n: 1 });
    const heard = vi.fn();
    store.subscribe(heard)();
    store.set({ n: 2 });
    expect(heard).not.toHaveBeenCalled();
  });
});

describe('comparing', () => {
  it('sees through plain values', () => {
    expect(equal({ a: [{ b: NaN }] }, { a: [{ b: NaN }] })).toBe(true);
    expect(equal({ a: undefined }, { b: undefined })).toBe(false);
    expect(equal([], {})).toBe(false);
  });

  it('goes one level deep where that is asked, and takes no Date for another', () => {
    const inner = {};
    expect(shallowEqual({ inner }, { inner })).toBe(true);
    expect(shallowEqual({ inner: {} }, { inner: {} })).toBe(false);
    expect(shallowEqual(new Date(1), new Date(2))).toBe(false);
  });
});

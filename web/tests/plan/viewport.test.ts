import { describe, expect, it } from 'vitest';
import { boundsOf, Viewport } from '../../src/plan/viewport';

function view(): Viewport {
  const made = new Viewport();
  made.width = 800;
  made.height = 600;
  made.fit({ west: 0, south: 0, east: 40, north: 6 });
  return made;
}

describe('Viewport', () => {
  it('fits a hall into the canvas, north up', () => {
    const fitted = view();
    expect(fitted.x(20)).toBeCloseTo(400);
    expect(fitted.y(3)).toBeCloseTo(300);
    expect(fitted.y(6)).toBeLessThan(fitted.y(0));
    expect(fitted.x(0)).toBeGreaterThanOrEqual(28 - 1e-9);
    expect(fitted.x(40)).toBeLessThanOrEqual(800 - 28 + 1e-9);
  });

  it('goes from metres to pixels and back', () => {
    const fitted = view();
    expect(fitted.metresX(fitted.x(12.5))).toBeCloseTo(12.5);
    expect(fitted.metresY(fitted.y(-3.25))).toBeCloseTo(-3.25);
  });

  it('zooms about the place under the pointer', () => {
    const fitted = view();
    const [x, y] = [fitted.metresX(100), fitted.metresY(500)];
    fitted.zoom(3, 100, 500);
    expect(fitted.x(x)).toBeCloseTo(100);
    expect(fitted.y(y)).toBeCloseTo(500);
  });

  it('does not zoom beyond its limits', () => {
    const fitted = view();
    for (let i = 0; i < 100; i++) fitted.zoom(2);
    expect(fitted.scale).toBe(400);
    for (let i = 0; i < 100; i++) fitted.zoom(0.5);
    expect(fitted.scale).toBe(1);
  });
});

describe('boundsOf', () => {
  it('holds every point, and something where there is none', () => {
    expect(
      boundsOf([
        [1, 5],
        [-2, 3],
      ]),
    ).toEqual({ west: -2, south: 3, east: 1, north: 5 });
    expect(boundsOf([])).toEqual({ west: 0, south: 0, east: 1, north: 1 });
  });
});

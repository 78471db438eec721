import { describe, expect, it, vi } from 'vitest';
import { Mark } from '../../src/live/frame';
import { DensityGrid } from '../../src/plan/density';
import { Examined, examinedLevel } from '../../src/plan/examined';
import { drawPeople, personAt, type PeopleOptions } from '../../src/plan/people';
import { PersonSprites } from '../../src/plan/sprites';
import { Viewport } from '../../src/plan/viewport';
import { frameOf } from '../fixtures';

function pen() {
  return {
    beginPath: vi.fn(),
    moveTo: vi.fn(),
    lineTo: vi.fn(),
    arc: vi.fn(),
    closePath: vi.fn(),
    stroke: vi.fn(),
    fill: vi.fn(),
    strokeRect: vi.fn(),
    fillRect: vi.fn(),
    fillText: vi.fn(),
    setLineDash: vi.fn(),
    measureText: () => ({ width: 40 }),
  };
}

const options = (change: Partial<Omit<PeopleOptions, 'sprites'>> = {}) => ({
  hasCurtain: true,
  hasTrace: true,
  labels: new Map(),
  chosen: new Set<number>(),
  sprites: { fit: vi.fn(), draw: vi.fn() },
  ratio: 1,
  ...change,
});

const draw = (made: ReturnType<typeof pen>, ...rest: unknown[]) =>
  (drawPeople as (...all: unknown[]) => void)(made, ...rest);

describe('examinedLevel', () => {
  it.each([
    [0, 0, true, true, Examined.not],
    [1, 0, true, true, Examined.partly],
    [0, 1, true, true, Examined.partly],
    [0.5, 0.5, true, true, Examined.partly],
    [1, 0.95, true, true, Examined.fully],
    [1, 0, true, false, Examined.fully],
    [0, 1, false, true, Examined.fully],
    [1, 1, false, false, Examined.not],
  ])('curtain %d, trace %d, site has %s and %s', (curtain, trace, hasCurtain, hasTrace, level) => {
    expect(examinedLevel(curtain, trace, hasCurtain, hasTrace)).toBe(level);
  });
});

describe('drawPeople', () => {
  it('tells the three levels of examination apart', () => {
    const frame = frameOf([
      [0, 0],
      [1, 0],
      [2, 0],
    ]);
    frame.examinedCurtain.set([0, 255, 255]);
    frame.examinedTrace.set([0, 0, 255]);
    const how = options();
    draw(pen(), frame, new Viewport(), how);
    expect(how.sprites.draw.mock.calls.map((call) => call[1])).toEqual([
      Examined.not,
      Examined.partly,
      Examined.fully,
    ]);
  });

  it('gives a candidate a square and its label, the leading one diamonds', () => {
    const frame = frameOf([
      [0, 0],
      [1, 0],
      [2, 0],
    ]);
    frame.mark.set([Mark.none, Mark.candidate, Mark.leading]);
    const made = pen();
    const labels = new Map([
      [2, '#1? 0.24'],
      [3, '#1 long gun 0.71'],
    ]);
    draw(made, frame, new Viewport(), options({ labels }));
    expect(made.strokeRect).toHaveBeenCalledTimes(1);
    expect(made.closePath).toHaveBeenCalledTimes(2);
    expect(made.fillText.mock.calls.map((call) => call[0])).toEqual([
      '#1 long gun 0.71',
      '#1? 0.24',
    ]);
  });

  it('does not put one label on another', () => {
    const frame = frameOf([
      [10, -10],
      [10.2, -10],
      [10, -10.2],
    ]);
    frame.mark.fill(Mark.leading);
    const made = pen();
    const view = new Viewport();
    view.width = view.height = 800;
    const labels = new Map([1, 2, 3].map((track) => [track, `#${track}`]));
    draw(made, frame, view, options({ labels }));
    const boxes = made.fillRect.mock.calls as [number, number, number, number][];
    expect(boxes).toHaveLength(3);
    for (const [i, [x, y, w, h]] of boxes.entries()) {
      for (const [x2, y2, w2, h2] of boxes.slice(i + 1)) {
        expect(x + w <= x2 || x2 + w2 <= x || y + h <= y2 || y2 + h2 <= y).toBe(true);
      }
    }
  });

  it('draws people without marks by copying alone', () => {
    const frame = frameOf(Array.from({ length: 500 }, (_, i) => [i % 40, i / 100] as const));
    const made = pen();
    const how = options();
    draw(made, frame, new Viewport(), how);
    expect(how.sprites.draw).toHaveBeenCalledTimes(500);
    expect(made.stroke).not.toHaveBeenCalled();
    expect(made.fill).not.toHaveBeenCalled();
  });
});

describe('PersonSprites', () => {
  it('draws its pictures once per size: three rings, a half and a full disc', () => {
    const made = { ...pen(), setTransform: vi.fn() };
    vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(made as never);
    const sprites = new PersonSprites();
    sprites.fit(5, 2);
    sprites.fit(5, 2);
    const turns = made.arc.mock.calls.map((call) => (call[4] as number) / Math.PI);
    expect(turns).toEqual([2, 2, 1, 2, 2]);
    sprites.fit(6, 2);
    expect(made.arc).toHaveBeenCalledTimes(10);
    vi.restoreAllMocks();
  });
});

describe('personAt', () => {
  it('finds the nearest person within reach, or nobody', () => {
    const frame = frameOf([
      [0, 0],
      [2, 0],
    ]);
    const view = new Viewport();
    expect(personAt(frame, view, view.x(1.8), view.y(0.1))).toBe(1);
    expect(personAt(frame, view, view.x(20), view.y(20))).toBe(-1);
  });
});

describe('DensityGrid', () => {
  const grid = new DensityGrid({ west: 0, south: 0, east: 4, north: 3 });
  const total = () => grid.perM2.reduce((sum, each) => sum + each, 0);

  it('counts everybody once, also at the edge and outside', () => {
    grid.count(
      frameOf([
        [0, 0],
        [1.3, 2.2],
        [4, 3],
        [-5, 9],
      ]),
    );
    expect(total()).toBeCloseTo(4, 5);
  });

  it('puts a person in the middle of a cell into that cell', () => {
    grid.count(frameOf([[2.5, 1.5]]));
    expect(grid.perM2[1 * grid.columns + 2]).toBeCloseTo(1);
    expect(total()).toBeCloseTo(1);
  });
});

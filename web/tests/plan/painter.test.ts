import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Site } from '../../src/api/types';
import { Painter } from '../../src/plan/painter';
import { frameOf } from '../fixtures';

const site: Site = {
  name: 'Hall',
  floor: {
    outline: [
      [0, 0],
      [40, 0],
      [40, 6],
      [0, 6],
    ],
    walkway: null,
    obstacles: [],
  },
  zones: [],
  lines: [],
  entries: [],
  exits: [],
  sensors: [],
  simulated: true,
  languages: ['en'],
};

let pictures: FrameRequestCallback[];
const drawImage = vi.fn();
const fillText = vi.fn();

beforeEach(() => {
  pictures = [];
  drawImage.mockReset();
  fillText.mockReset();
  vi.stubGlobal('requestAnimationFrame', (run: FrameRequestCallback) => pictures.push(run));
  const pen = new Proxy(
    { drawImage, fillText, measureText: () => ({ width: 10 }) },
    { get: (known, name) => Reflect.get(known, name) ?? (() => undefined), set: () => true },
  );
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(pen as never);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

function paint(): void {
  const due = pictures;
  pictures = [];
  for (const run of due) run(0);
}

it('paints once per picture, and not at all when nothing changed', () => {
  const frame = frameOf([]);
  const painter = new Painter(document.createElement('canvas'), site, frame);
  painter.resize(800, 600, 1);
  for (let i = 0; i < 10; i++) painter.ask();
  expect(pictures).toHaveLength(1);
  paint();
  expect(drawImage).toHaveBeenCalledTimes(1);
  expect(pictures).toHaveLength(0);
});

it('says which frame is on the screen', () => {
  const frame = frameOf([[1, 1]]);
  const painter = new Painter(document.createElement('canvas'), site, frame);
  frame.sequence = 42;
  painter.ask();
  expect(painter.drawn.sequence).toBe(-1);
  paint();
  expect(painter.drawn.sequence).toBe(42);
});

it('follows a track and lets go when the plan is moved', () => {
  const frame = frameOf([[30, 4]]);
  const painter = new Painter(document.createElement('canvas'), site, frame);
  painter.resize(800, 600, 1);
  painter.follow = 1;
  painter.ask();
  paint();
  expect(painter.view.x(30)).toBeCloseTo(400);
  painter.pan(50, 0);
  paint();
  expect(painter.view.x(30)).toBeCloseTo(450);
});

it('says since when nobody is seen, and only while that is so', () => {
  const frame = frameOf([[30, 4]]);
  const painter = new Painter(document.createElement('canvas'), site, frame);
  painter.resize(800, 600, 1);
  for (const track of [1, 2, null]) {
    painter.lastSeen = { track, place: [20, 3], text: 'last seen' };
    painter.ask();
    paint();
  }
  expect(fillText.mock.calls.filter(([text]) => text === 'last seen')).toHaveLength(2);
});

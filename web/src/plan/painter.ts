/**
 * One canvas that shows one site and one frame. It paints only after something changed.
 *
 * Outside the framework on purpose: frames come many times a second for weeks.
 */

import type { Point, Site } from '../api/types';
import type { TrackFrame } from '../live/frame';
import { DensityGrid } from './density';
import { fontFor, palette } from './palette';
import { drawPeople, type PeopleOptions } from './people';
import { drawScene } from './scene';
import { PersonSprites } from './sprites';
import { boundsOf, Viewport, type Bounds } from './viewport';

const NO_LABELS: ReadonlyMap<number, string> = new Map();
const NOBODY: ReadonlySet<number> = new Set();

export class Painter {
  readonly view = new Viewport();
  readonly bounds: Bounds;
  /** The frame that is on the screen, for whoever measures how soon it got there. */
  readonly drawn = { sequence: -1, time_us: 0, at_ms: 0 };

  coverage = true;
  sensors = true;
  density = false;
  /** A stale picture is drawn faded: it is a memory, not a view. */
  stale = false;
  /** A track that the view keeps in its middle. */
  follow: number | null = null;
  /** Where the guard stands. */
  self: Point | null = null;
  /** Where the person with this track was seen last: drawn while nobody sees them. */
  lastSeen: { track: number | null; place: Point; text: string } | null = null;

  readonly #people: PeopleOptions;
  readonly #grid: DensityGrid;
  readonly #scene: HTMLCanvasElement;
  #pen: CanvasRenderingContext2D;
  #sceneStale = true;
  #asked = 0;
  #fitted = true;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly site: Site,
    private readonly frame: TrackFrame,
  ) {
    this.#pen = canvas.getContext('2d', { alpha: false }) as CanvasRenderingContext2D;
    this.#scene = document.createElement('canvas');
    this.bounds = boundsOf(site.floor.outline);
    this.#grid = new DensityGrid(this.bounds);
    this.#people = {
      hasCurtain: site.sensors.some((sensor) => sensor.kind === 'curtain'),
      hasTrace: site.sensors.some((sensor) => sensor.kind === 'trace'),
      labels: NO_LABELS,
      chosen: NOBODY,
      sprites: new PersonSprites(),
      ratio: 1,
    };
  }

  mark(labels: ReadonlyMap<number, string>, chosen: ReadonlySet<number>): void {
    this.#people.labels = labels;
    this.#people.chosen = chosen;
    this.ask();
  }

  resize(width: number, height: number, ratio: number): void {
    this.view.width = Math.max(1, width);
    this.view.height = Math.max(1, height);
    this.#people.ratio = ratio;
    for (const canvas of [this.canvas, this.#scene]) {
      canvas.width = Math.round(this.view.width * ratio);
      canvas.height = Math.round(this.view.height * ratio);
    }
    if (this.#fitted) this.view.fit(this.bounds);
    this.viewChanged();
  }

  fit(): void {
    this.#fitted = true;
    this.view.fit(this.bounds);
    this.viewChanged();
  }

  zoom(factor: number, px?: number, py?: number): void {
    this.#fitted = false;
    this.view.zoom(factor, px, py);
    this.viewChanged();
  }

  pan(dx: number, dy: number): void {
    this.#fitted = false;
    this.follow = null;
    this.view.pan(dx, dy);
    this.viewChanged();
  }

  /** Show these places together, with some room around them. */
  frameOn(points: readonly Point[], room_m: number): void {
    const { west, south, east, north } = boundsOf(points);
    this.#fitted = false;
    this.view.fit({
      west: west - room_m,
      south: south - room_m,
      east: east + room_m,
      north: north + room_m,
    });
    this.viewChanged();
  }

  viewChanged(): void {
    this.#sceneStale = true;
    this.ask();
  }

  ask(): void {
    if (this.#asked === 0) this.#asked = requestAnimationFrame(this.#paint);
  }

  stop(): void {
    if (this.#asked !== 0) cancelAnimationFrame(this.#asked);
    this.#asked = 0;
  }

  readonly #paint = (): void => {
    this.#asked = 0;
    this.#followTrack();
    if (this.#sceneStale) this.#paintScene();
    const pen = this.#pen;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.globalAlpha = 1;
    pen.drawImage(this.#scene, 0, 0);
    pen.setTransform(this.#people.ratio, 0, 0, this.#people.ratio, 0, 0);
    if (this.stale) pen.globalAlpha = 0.35;
    if (this.density) {
      this.#grid.count(this.frame);
      this.#grid.draw(pen, this.view);
    }
    drawPeople(pen, this.frame, this.view, this.#people);
    pen.globalAlpha = 1;
    if (this.lastSeen && !this.#sees(this.lastSeen.track)) this.#drawLastSeen(this.lastSeen);
    if (this.self) this.#drawSelf(this.self);
    this.drawn.sequence = this.frame.sequence;
    this.drawn.time_us = this.frame.time_us;
    this.drawn.at_ms = performance.now();
  };

  #paintScene(): void {
    const pen = this.#scene.getContext('2d', { alpha: false }) as CanvasRenderingContext2D;
    pen.setTransform(this.#people.ratio, 0, 0, this.#people.ratio, 0, 0);
    drawScene(pen, this.site, this.view, this.coverage, this.sensors);
    this.#sceneStale = false;
  }

  #followTrack(): void {
    if (this.follow === null) return;
    const i = this.frame.indexOf(this.follow);
    if (i < 0) return;
    this.view.centre(this.frame.x_m[i] as number, this.frame.y_m[i] as number);
    this.#sceneStale = true;
    this.#fitted = false;
  }

  #sees(track: number | null): boolean {
    return track !== null && this.frame.indexOf(track) >= 0;
  }

  /** An empty cross and since when: nobody is seen there now. */
  #drawLastSeen({ place, text }: { place: Point; text: string }): void {
    const pen = this.#pen;
    const x = this.view.x(place[0]);
    const y = this.view.y(place[1]);
    pen.strokeStyle = palette.leading;
    pen.lineWidth = 2;
    pen.beginPath();
    pen.moveTo(x - 9, y - 9);
    pen.lineTo(x + 9, y + 9);
    pen.moveTo(x + 9, y - 9);
    pen.lineTo(x - 9, y + 9);
    pen.stroke();
    pen.font = fontFor(this.view.width);
    pen.textAlign = 'center';
    pen.fillStyle = palette.leading;
    const half = pen.measureText(text).width / 2 + 4;
    pen.fillText(text, Math.min(Math.max(x, half), this.view.width - half), y + 26);
  }

  #drawSelf([x_m, y_m]: Point): void {
    const pen = this.#pen;
    const x = this.view.x(x_m);
    const y = this.view.y(y_m);
    pen.fillStyle = palette.self;
    pen.beginPath();
    pen.moveTo(x, y - 11);
    pen.lineTo(x + 10, y + 8);
    pen.lineTo(x - 10, y + 8);
    pen.closePath();
    pen.fill();
  }
}

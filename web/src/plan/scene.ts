/** What stands still: floor, walkway, zones, lines, coverage, sensors. Drawn once per view. */

import type { Point, Site } from '../api/types';
import { fontFor, palette } from './palette';
import type { Viewport } from './viewport';

type Pen = CanvasRenderingContext2D;

const COVERAGE: Record<string, string> = {
  curtain: palette.curtain,
  trace: palette.trace,
  camera: palette.camera,
};

export function drawScene(
  pen: Pen,
  site: Site,
  view: Viewport,
  withCoverage: boolean,
  withSensors: boolean,
): void {
  pen.fillStyle = palette.ground;
  pen.fillRect(0, 0, view.width, view.height);
  path(pen, site.floor.outline, view, true);
  pen.fillStyle = palette.floor;
  pen.fill();
  if (withCoverage) for (const sensor of site.sensors) drawCoverage(pen, sensor, view);
  for (const zone of site.zones) {
    path(pen, zone.polygon, view, true);
    stroke(pen, palette.zone, 1, [6, 4]);
    if (withSensors) label(pen, zone.id, zone.polygon, view);
  }
  for (const area of [...site.entries, ...site.exits]) {
    path(pen, area.polygon, view, true);
    stroke(pen, palette.walkway, 1, [2, 3]);
  }
  if (site.floor.walkway) {
    path(pen, site.floor.walkway, view, false);
    stroke(pen, palette.walkway, 2, [12, 8]);
  }
  for (const line of site.lines) {
    path(pen, line.points, view, false);
    stroke(pen, palette.line, 1.5, [4, 3]);
  }
  for (const obstacle of site.floor.obstacles) {
    path(pen, obstacle, view, true);
    pen.fillStyle = palette.obstacle;
    pen.fill();
  }
  path(pen, site.floor.outline, view, true);
  stroke(pen, palette.wall, 2, []);
  for (const { position, kind, id } of withSensors ? site.sensors : []) {
    if (position) drawSensor(pen, view.x(position[0]), view.y(position[1]), kind, id, view);
  }
  drawScaleBar(pen, view);
}

function drawCoverage(pen: Pen, sensor: Site['sensors'][number], view: Viewport): void {
  if (sensor.coverage.length < 3) return;
  path(pen, sensor.coverage, view, true);
  pen.fillStyle = COVERAGE[sensor.kind] ?? palette.camera;
  pen.fill();
  if (sensor.kind !== 'camera') stroke(pen, palette.zone, 1, []);
}

/** Kinds differ by shape: camera a triangle, curtain a bar, trace a cross, anything else a square. */
function drawSensor(
  pen: Pen,
  x: number,
  y: number,
  kind: string,
  id: string,
  view: Viewport,
): void {
  pen.fillStyle = pen.strokeStyle = palette.sensor;
  pen.lineWidth = 2;
  pen.beginPath();
  if (kind === 'camera') {
    pen.moveTo(x - 6, y + 5);
    pen.lineTo(x + 6, y + 5);
    pen.lineTo(x, y - 6);
    pen.closePath();
    pen.fill();
  } else if (kind === 'curtain') {
    pen.fillRect(x - 8, y - 3, 16, 6);
  } else if (kind === 'trace') {
    pen.moveTo(x - 6, y - 6);
    pen.lineTo(x + 6, y + 6);
    pen.moveTo(x + 6, y - 6);
    pen.lineTo(x - 6, y + 6);
    pen.stroke();
  } else {
    pen.strokeRect(x - 5, y - 5, 10, 10);
  }
  pen.font = fontFor(view.width);
  pen.textAlign = 'center';
  pen.fillStyle = palette.label;
  // Outside the hall, away from the people.
  pen.fillText(id, x, y < view.height / 2 ? y - 10 : y + 19);
}

function label(pen: Pen, text: string, polygon: Point[], view: Viewport): void {
  const corner = polygon[0];
  if (!corner) return;
  pen.font = fontFor(view.width);
  pen.textAlign = 'left';
  pen.fillStyle = palette.label;
  pen.fillText(text, view.x(corner[0]) + 4, view.y(corner[1]) - 5);
}

const BAR_LENGTHS_M = [1, 2, 5, 10, 20, 50, 100, 200];

function drawScaleBar(pen: Pen, view: Viewport): void {
  const length = BAR_LENGTHS_M.find((metres) => metres * view.scale >= 60) ?? 200;
  const y = view.height - 10;
  pen.strokeStyle = pen.fillStyle = palette.label;
  pen.lineWidth = 2;
  pen.beginPath();
  pen.moveTo(10, y);
  pen.lineTo(10 + length * view.scale, y);
  pen.stroke();
  pen.font = fontFor(view.width);
  pen.textAlign = 'left';
  pen.fillText(`${length} m`, 14 + length * view.scale, y + 4);
}

function path(pen: Pen, points: readonly Point[], view: Viewport, closed: boolean): void {
  pen.beginPath();
  for (const [x, y] of points) pen.lineTo(view.x(x), view.y(y));
  if (closed) pen.closePath();
}

function stroke(pen: Pen, colour: string, width: number, dash: number[]): void {
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.setLineDash(dash);
  pen.stroke();
  pen.setLineDash([]);
}

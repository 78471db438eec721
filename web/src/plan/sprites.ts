/**
 * The three pictures of a person, drawn once per size and then only copied.
 *
 * Copying 500 small pictures costs a fraction of filling one path with 500 circles.
 */

import { Examined, type ExaminedLevel } from './examined';
import { palette } from './palette';

const LEVELS: readonly ExaminedLevel[] = [Examined.not, Examined.partly, Examined.fully];
const RIM_PX = 2;

export class PersonSprites {
  readonly sheet: HTMLCanvasElement = document.createElement('canvas');
  /** Half the side of a picture, in canvas units. */
  half = 0;
  #radius = 0;
  #ratio = 0;
  #side = 0;

  /** Draw the pictures anew if the size has changed. */
  fit(radius: number, ratio: number): void {
    if (radius === this.#radius && ratio === this.#ratio) return;
    this.#radius = radius;
    this.#ratio = ratio;
    this.#side = Math.ceil(2 * (radius + RIM_PX) * ratio);
    this.half = this.#side / ratio / 2;
    this.sheet.width = this.#side * LEVELS.length;
    this.sheet.height = this.#side;
    const pen = this.sheet.getContext('2d') as CanvasRenderingContext2D;
    for (const level of LEVELS) {
      pen.setTransform(ratio, 0, 0, ratio, level * this.#side + this.#side / 2, this.#side / 2);
      drawPerson(pen, radius, level);
    }
  }

  draw(pen: CanvasRenderingContext2D, level: ExaminedLevel, x: number, y: number): void {
    const side = this.#side;
    const shown = 2 * this.half;
    pen.drawImage(
      this.sheet,
      level * side,
      0,
      side,
      side,
      x - this.half,
      y - this.half,
      shown,
      shown,
    );
  }
}

/** An empty ring, a ring whose lower half is full like a glass, or a full disc. */
function drawPerson(pen: CanvasRenderingContext2D, radius: number, level: ExaminedLevel): void {
  pen.strokeStyle = pen.fillStyle = palette.person;
  pen.lineWidth = 1.5;
  pen.beginPath();
  pen.arc(0, 0, radius, 0, 2 * Math.PI);
  pen.stroke();
  if (level === Examined.not) return;
  pen.beginPath();
  pen.arc(0, 0, radius, 0, level === Examined.fully ? 2 * Math.PI : Math.PI);
  pen.fill();
}

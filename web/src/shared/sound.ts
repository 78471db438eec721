/** Sounds without a sound file. A browser lets a page be heard only after somebody touched it. */

export type Call = 'alarm' | 'task' | 'lost';

/** Frequency in hertz and length in seconds, one after the other. */
const NOTES: Record<Call, readonly (readonly [number, number])[]> = {
  alarm: [
    [880, 0.15],
    [660, 0.15],
    [880, 0.15],
  ],
  task: [
    [988, 0.2],
    [0, 0.1],
    [988, 0.2],
    [0, 0.1],
    [1319, 0.4],
  ],
  lost: [
    [440, 0.25],
    [330, 0.4],
  ],
};

let context: AudioContext | null = null;

/** Call this from a tap or a key. */
export function allowSound(): void {
  context ??= new AudioContext();
  void context.resume();
}

export function soundAllowed(): boolean {
  return context?.state === 'running';
}

export function sound(call: Call): void {
  if (!context || context.state !== 'running') return;
  let at = context.currentTime;
  for (const [hertz, seconds] of NOTES[call]) {
    if (hertz > 0) note(context, hertz, at, seconds);
    at += seconds;
  }
}

function note(audio: AudioContext, hertz: number, at: number, seconds: number): void {
  const oscillator = audio.createOscillator();
  const gain = audio.createGain();
  oscillator.frequency.value = hertz;
  gain.gain.setValueAtTime(0.2, at);
  gain.gain.linearRampToValueAtTime(0, at + seconds);
  oscillator.connect(gain).connect(audio.destination);
  oscillator.start(at);
  oscillator.stop(at + seconds);
}

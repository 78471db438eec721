/** Sounds without a sound file. A browser lets a page be heard only after somebody touched it. */

export type Sound = 'alarm' | 'critical' | 'call' | 'help' | 'task' | 'lost';

interface Melody {
  /** Half of full loudness is as loud as a laptop's loudspeaker can say without rattling. */
  gain: number;
  /** Frequency in hertz and length in seconds, one after the other. */
  notes: readonly (readonly [number, number])[];
}

const MELODIES: Record<Sound, Melody> = {
  alarm: { gain: 0.2, notes: repeated(1, [880, 0.15], [660, 0.15], [880, 0.15]) },
  critical: { gain: 0.5, notes: repeated(3, [988, 0.14], [740, 0.14], [0, 0.06]) },
  call: { gain: 0.4, notes: repeated(2, [587, 0.2], [784, 0.3], [0, 0.15]) },
  // Three short, three long, three short would be learned by nobody; rising is heard as a cry.
  help: { gain: 0.5, notes: repeated(2, [660, 0.1], [880, 0.1], [1175, 0.1], [1568, 0.3]) },
  task: { gain: 0.2, notes: [...repeated(2, [988, 0.2], [0, 0.1]), [1319, 0.4]] },
  lost: { gain: 0.2, notes: repeated(1, [440, 0.25], [330, 0.4]) },
};

let context: AudioContext | null = null;
let allowed = $state(false);

/** Call this from a tap or a key; at other times a browser may say no, and nothing is lost. */
export function allowSound(): void {
  if (!('AudioContext' in globalThis)) return;
  if (context === null) {
    const made = new AudioContext();
    made.onstatechange = () => (allowed = made.state === 'running');
    context = made;
  }
  if (context.state !== 'running') void context.resume();
  allowed = context.state === 'running';
}

/** Whether the browser lets this page be heard. */
export function soundAllowed(): boolean {
  return allowed;
}

export function sound(which: Sound): void {
  if (!context || context.state !== 'running') return;
  const { gain, notes } = MELODIES[which];
  let at = context.currentTime;
  for (const [hertz, seconds] of notes) {
    if (hertz > 0) note(context, hertz, at, seconds, gain);
    at += seconds;
  }
}

function repeated(times: number, ...notes: [number, number][]): [number, number][] {
  return Array.from({ length: times }, () => notes).flat();
}

function note(audio: AudioContext, hertz: number, at: number, seconds: number, loud: number): void {
  const oscillator = audio.createOscillator();
  const gain = audio.createGain();
  oscillator.frequency.value = hertz;
  gain.gain.setValueAtTime(loud, at);
  gain.gain.linearRampToValueAtTime(0, at + seconds);
  oscillator.connect(gain).connect(audio.destination);
  oscillator.start(at);
  oscillator.stop(at + seconds);
}

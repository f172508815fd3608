/** Two soft tones for a new message, made here: there is no file to load. */

const NOTES = [659.25, 880];
const LOUDNESS = 0.06;
let context = null;

/** Browsers let a page sound only after somebody used it. */
export function allowSound() {
  context ??= globalThis.AudioContext ? new AudioContext() : null;
  context?.resume().catch(() => {});
}

export function chime() {
  if (context?.state !== 'running') return;
  NOTES.forEach((pitch, index) => tone(pitch, context.currentTime + index * 0.11));
}

function tone(pitch, at) {
  const oscillator = new OscillatorNode(context, { frequency: pitch });
  const volume = new GainNode(context, { gain: 0 });
  volume.gain.linearRampToValueAtTime(LOUDNESS, at + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.35);
  oscillator.connect(volume).connect(context.destination);
  oscillator.start(at);
  oscillator.stop(at + 0.4);
}

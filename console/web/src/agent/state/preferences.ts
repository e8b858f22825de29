/** What an agent wants to hear and see of what happens while they look elsewhere; remembered in this browser. */
import { useLocalStorage } from '@mantine/hooks';

export function useSound() {
  return useLocalStorage({ key: 'switchboard.sound', defaultValue: true, getInitialValueInEffect: false });
}

/** Whether the browser shows notifications: granted, denied, or not asked yet (`default`); `unsupported` by some. */
export function notificationPermission(): NotificationPermission | 'unsupported' {
  return 'Notification' in window ? Notification.permission : 'unsupported';
}

/** Shows a notification where the browser lets us, and runs `onClick` with the window in front. */
export function showNotification(title: string, body: string, tag: string, onClick: () => void): void {
  if (notificationPermission() !== 'granted') return;
  const shown = new Notification(title, { body, tag, icon: '/favicon.svg' });
  shown.onclick = () => {
    window.focus();
    shown.close();
    onClick();
  };
}

let audio: AudioContext | null = null;

/** Short tones, each a frequency in hertz. Silent until the page was clicked once: browsers insist on that. */
export function beep(tones: readonly number[]): void {
  audio ??= new AudioContext();
  if (audio.state === 'suspended') void audio.resume();
  const length = 0.13;
  tones.forEach((frequency, index) => {
    if (!audio) return;
    const start = audio.currentTime + index * length;
    const [tone, volume] = [audio.createOscillator(), audio.createGain()];
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0.0001, start);
    volume.gain.exponentialRampToValueAtTime(0.15, start + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + length);
    tone.connect(volume).connect(audio.destination);
    tone.start(start);
    tone.stop(start + length);
  });
}

export const TONES = { offer: [660, 880, 660, 880], message: [740] } as const;

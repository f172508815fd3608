/** Waiting: before another try, longer each time and never all browsers at once; and not for ever. */

const FIRST = 500;
const LONGEST = 30_000;

/** Milliseconds before try number `attempt` (0, 1, …): between half of the step and the step. */
export function delay(attempt, random = Math.random) {
  const step = Math.min(LONGEST, FIRST * 2 ** Math.min(attempt, 16));
  return step / 2 + (step / 2) * random();
}

/** Wait; `wake(resolve)` is handed what ends the wait early. */
export function pause(milliseconds, wake = () => {}) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    wake(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** What `promise` gives; an error with this message when that takes longer. */
export function within(milliseconds, promise, message) {
  let timer = null;
  const tooLate = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(message)), milliseconds);
  });
  return Promise.race([promise, tooLate]).finally(() => clearTimeout(timer));
}

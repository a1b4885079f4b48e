/**
 * An answer that is there at once, or later. A warm backend answers without a promise, which is worth a
 * factor of two at a hundred thousand calls a second; code that uses one is written once, for both.
 */
export type Answer<T> = T | Promise<T>;

/** A computation over answers, run by {@link run}; `yield* wait(answer)` inside it gives the value. */
export type Steps<T> = Generator<Promise<unknown>, T, unknown>;

/** Applies `f` to the value of `answer`, at once if it is there. */
export function after<T, R>(answer: Answer<T>, f: (value: T) => Answer<R>): Answer<R> {
  return answer instanceof Promise ? answer.then(f) : f(answer);
}

/** Inside {@link Steps}: the value of `answer`; its rejection is thrown here. */
export function* wait<T>(answer: Answer<T>): Steps<T> {
  return answer instanceof Promise ? ((yield answer) as T) : answer;
}

/** Runs `steps` to its end: synchronously as far as its answers are there, with promises from the first that is not. */
export function run<T>(steps: Steps<T>): Answer<T> {
  const next = steps.next();
  return next.done ? next.value : later(steps, next.value);
}

async function later<T>(steps: Steps<T>, first: Promise<unknown>): Promise<T> {
  let pending = first;
  for (;;) {
    let next: IteratorResult<Promise<unknown>, T>;
    try {
      next = steps.next(await pending);
    } catch (error) {
      next = steps.throw(error);
    }
    if (next.done) return next.value;
    pending = next.value;
  }
}

/**
 * How long things take, all in milliseconds. The defaults (`herokuTiming`) are Heroku's own limits;
 * tests pass `quickTiming`, or single values of their own.
 */
export interface Timing {
  /** A web dyno that accepts no connection on PORT by then crashes with R10. */
  readonly bootTimeoutMs: number
  /** How often a booting web dyno's PORT is tried. */
  readonly portPollMs: number
  /** A process of another type that has lived this long counts as up. */
  readonly settleMs: number
  /** Between a dyno being replaced, when requests to it end, and its SIGTERM. */
  readonly stopLagMs: number
  /** Between SIGTERM and SIGKILL when a dyno stops. */
  readonly stopGraceMs: number
  /** A release phase that runs longer is ended and the release fails. */
  readonly releaseTimeoutMs: number
  /** Between SIGTERM and SIGKILL when a release phase is ended. */
  readonly releaseGraceMs: number
  /** How long a crashed dyno rests before it is started again, crash by crash; the last stays. Empty: it never is. */
  readonly crashPausesMs: readonly number[]
  /** A request without a first byte of an answer by then gets H12. */
  readonly requestTimeoutMs: number
  /** A request held while no web dyno is up gets H20 after this. */
  readonly routerHoldMs: number
  /** With preboot, how long the old web dynos go on serving beside the new ones. */
  readonly prebootOverlapMs: number
  /** How long a log session that nobody reads can be read. */
  readonly logSessionMs: number
  /** How long a log session can be read once somebody reads it. */
  readonly logStreamMs: number
  /** How long a simulated dyno is `starting`, unless its script says otherwise. */
  readonly simulatedBootMs: number
}

/**
 * What Heroku documents: https://devcenter.heroku.com/articles/limits (boot timeout, request timeout),
 * /articles/error-codes (H20), /articles/dyno-shutdown-behavior (30 s after SIGTERM),
 * /articles/release-phase (1 hour), /articles/preboot (3 minutes) and
 * /articles/platform-api-reference#log-session (5 minutes, 1 hour). The lag before SIGTERM is documented
 * nowhere; the logs that people publish show about a second. Of the pauses after crashes it says that the first
 * restart is at once and that they grow exponentially (/changelog-items/344); how long they are is a guess.
 */
export const herokuTiming: Timing = {
  bootTimeoutMs: 60_000,
  portPollMs: 25,
  settleMs: 1000,
  stopLagMs: 1000,
  stopGraceMs: 30_000,
  releaseTimeoutMs: 3_600_000,
  releaseGraceMs: 30_000,
  crashPausesMs: [0, 20, 40, 80, 160, 320].map((minutes) => minutes * 60_000),
  requestTimeoutMs: 30_000,
  routerHoldMs: 75_000,
  prebootOverlapMs: 180_000,
  logSessionMs: 300_000,
  logStreamMs: 3_600_000,
  simulatedBootMs: 3000,
}

/**
 * Short waits where a test has to sit through them; limits that only end what hangs stay generous. A crashed dyno
 * stays crashed, so that whoever looks can see it.
 */
export const quickTiming: Timing = {
  ...herokuTiming,
  portPollMs: 10,
  settleMs: 50,
  stopLagMs: 50,
  stopGraceMs: 2000,
  releaseGraceMs: 2000,
  crashPausesMs: [],
  prebootOverlapMs: 500,
  simulatedBootMs: 20,
}

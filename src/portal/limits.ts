const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** How often something may be done in a window of time; windows begin at multiples of their length. */
export const limits = {
	/** Links that one address may open or ask anew, good ones and guesses. */
	address: { limit: 30, windowMs: MINUTE },
	/** Sessions of one link: each is a row, and an event of the audit. */
	open: { limit: 200, windowMs: HOUR },
	/** Notes in one link's audit that somebody was turned away. */
	denied: { limit: 50, windowMs: HOUR },
	/** New links that a recipient may ask for. Beyond it the answer is the same, and nothing is sent. */
	renewal: { limit: 3, windowMs: HOUR },
} as const;

/** Codes of one link, counted back from the moment one is asked for: one in 30 seconds, five an hour, ten a day. */
export const codePaces = [
	{ count: 1, ms: 30_000 },
	{ count: 5, ms: HOUR },
	{ count: 10, ms: 24 * HOUR },
] as const;

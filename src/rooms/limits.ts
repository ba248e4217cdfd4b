/** The bounds of a room. Each is answered with its own clear error; see section 2 and 3 of the contract. */
export const limits = {
	/** UTF-8 bytes of one message. A Durable Object row holds 2 MB, so one message is always one row. */
	bodyBytes: 1024 * 1024,
	nameLength: 200,
	members: 1000,
	/** The platform's own ceiling is 32,768 hibernatable sockets an object. */
	sockets: 32_000,
	/** Messages of one page of history. */
	take: 200,
	/** Events replayed to a client that comes back; beyond it gets the newest page and `limited`. */
	replay: 2000,
	/** Events of one replay or feed frame. */
	replayFrame: 200,
	/** Rows of changes other than messages that the log keeps; a position older than that is `pruned`. */
	keptEvents: 50_000,
	/** Long polls waiting on one room. */
	waiters: 1000,
	/** Socket tickets of one room that have not been used yet. */
	tickets: 1000,
	/** Characters of one outgoing frame after which a batch is split. */
	frameLength: 1024 * 1024,
	/** Characters sent to a socket without a sign of life from it, after which it is taken for stuck. */
	silentLength: 32 * 1024 * 1024,
} as const;

export const timing = {
	/** A socket that has not said hello by then is closed (4501). */
	helloMs: 10_000,
	pingIntervalMs: 25_000,
	/** Without a ping for this long a socket no longer counts as present: a close event is not guaranteed. */
	presentMs: 70_000,
	typingMs: 3000,
	/** People do not feel 10 ms, and one frame costs far more than one more event in it. */
	fanoutMs: 10,
	/** Longer by so much for each socket, up to a time that people hardly feel. */
	fanoutMsEach: 0.1,
	longestFanoutMs: 100,
	ticketMs: 30_000,
	/** Pauses between payments of a busy room to D1: the shortest, the longest, and in units of what the last payment took. */
	paymentPauseMs: 30,
	longestPaymentPauseMs: 20_000,
	paymentPauses: 100,
	/** Of pauses longer than `quietMs`, messages wait so many for the search index: one alone costs 300 us there, one of 500 costs 40. */
	searchPauses: 3,
	/** A room in which nothing has changed for so long is quiet: it pays whatever it owes, and its next debt at once. */
	quietMs: 4000,
	/** How long a change waits for D1 to know of it before it answers all the same. */
	settleMs: 2000,
	/** The alarm that pays after a crash where nobody wakes the room before: the first, and the next ones of a room that stays busy. */
	projectionAlarmMs: 15_000,
	/** In 200 busy rooms an alarm every 15 s cost 7 % of the messages (2026-11-23). */
	busyAlarmMs: 60_000,
} as const;

/** Close codes: 4000-4499 say reconnect, 4500-4999 say stop. */
export const close = {
	goingAway: 4000,
	slowConsumer: 4001,
	rateLimited: 4008,
	ticketExpired: 4009,
	badTicket: 4500,
	protocol: 4501,
	tooManyConnections: 4504,
	noPermission: 4507,
	roomDeleted: 4511,
} as const;

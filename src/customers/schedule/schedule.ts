import { type Civil, SECONDS_A_DAY } from "./calendar.ts";
import type { Schedule, SchedulingRule } from "./schema.ts";
import { type TimeRule, timeRule } from "./time-rule.ts";
import { type Instant, stretchFrom, type Zone, zoneOf } from "./zone.ts";

export { type Schedule, type SchedulingRule, schedule } from "./schema.ts";
export { validateSchedule } from "./validate.ts";

/** A customer or, last in a chain, an account: what it stores of its state and its schedule. */
export type ChainLink = { customerId: string; state: string | null | undefined; schedule: Schedule | null | undefined };

export type Evaluation = {
	state: string;
	/** The rule that decided; null when none did, or when it has no id. */
	ruleId: string | null;
	/** Whose schedule decided; null when nobody has one. */
	sourceCustomerId: string | null;
	/** Null when the state stays as it is for the next `HORIZON_DAYS`. */
	nextChangeUtc: string | null;
};

/** What people outside may know: not the state's name, which may be anything. */
export type Opening = { isOpen: boolean; nextChangeUtc: string | null };

/** How far the next change is looked for: a year, so that also what comes once a year is found. */
export const HORIZON_DAYS = 366;

/**
 * What a search for changes may cost before it gives up, in rules asked. One edge costs 100 and one more for each rule: with one rule that is 27
 * windows hidden by another on each day of the year, with two hundred it is half a second.
 */
const MOST_ASKED = 2_000_000;
const ASKED_AN_EDGE = 100;

/** The state of a schedule that names none for when no rule matches, or that is forced closed. */
const CLOSED = "Closed";

/** The state of a customer that no schedule restricts. */
const OPEN = "Open";

/** Gives each rule an id that has none, so that an answer can name it. */
export function withRuleIds(schedule: Schedule): Schedule {
	const rules = schedule.rules?.map((rule) => ({ ...rule, id: rule.id || crypto.randomUUID().replaceAll("-", "") }));
	return { ...schedule, rules };
}

/** Whose schedule is in effect: the first of the chain that has one and does not inherit. */
function scheduleInEffect(chain: readonly ChainLink[]): (ChainLink & { schedule: Schedule }) | undefined {
	const own = ({ schedule }: ChainLink) => schedule !== null && schedule !== undefined && !schedule.inherit;
	return chain.find((link): link is ChainLink & { schedule: Schedule } => own(link));
}

/**
 * The state of the first customer of a chain at an instant, as the schedule in effect has it, and when it changes next. The instant is read as the
 * wall clock of the schedule's zone, and rules are asked about that reading: in a gap of the clocks no rule begins late, in an overlap both readings
 * get the same answer. The chain is the customer, its ancestors from the nearest on, and the account; the schedules are valid ones.
 */
export function evaluate(chain: readonly ChainLink[], instant: Date): Evaluation {
	const course = courseOf(chain);
	if (!course.timetable) return course.constant;
	const { timetable, sourceCustomerId } = course;
	const now = secondOf(instant);
	const reading = now + timetable.zone.offsetAt(now);
	return {
		state: timetable.stateAt(reading),
		ruleId: timetable.tests[timetable.deciderAt(reading)]?.rule.id ?? null,
		sourceCustomerId,
		nextChangeUtc: textOf(nextChange(timetable, now, { asked: 0 })),
	};
}

/** What never changes, or what must be asked. */
type Course = { timetable?: undefined; constant: Evaluation } | { timetable: Timetable; sourceCustomerId: string };

function courseOf(chain: readonly ChainLink[]): Course {
	const [self] = chain;
	const closed = { state: CLOSED, ruleId: null, nextChangeUtc: null };
	if (self?.schedule?.forceClosed) return { constant: { ...closed, sourceCustomerId: self.customerId } };
	const source = scheduleInEffect(chain);
	if (!source) return { constant: { state: OPEN, ruleId: null, sourceCustomerId: null, nextChangeUtc: null } };
	const { schedule, customerId } = source;
	if (schedule.forceClosed) return { constant: { ...closed, sourceCustomerId: customerId } };
	return { timetable: timetableOf(schedule, self?.state ?? undefined), sourceCustomerId: customerId };
}

function secondOf(instant: Date): Instant {
	return Math.floor(instant.getTime() / 1000);
}

function textOf(instant: Instant | undefined): string | null {
	return instant === undefined ? null : new Date(instant * 1000).toISOString();
}

/** Changes of state looked through for one that opens or closes: lunch, a holiday and a night are three. */
const MOST_STATES = 12;

/** Whether the first customer of a chain is open at an instant, and when that changes next; null where nobody's schedule says so. */
export function opening(chain: readonly ChainLink[], instant: Date): Opening | null {
	const course = courseOf(chain);
	if (!course.timetable) {
		const { state, sourceCustomerId } = course.constant;
		return sourceCustomerId === null ? null : { isOpen: isOpen(state), nextChangeUtc: null };
	}
	const { timetable } = course;
	const stateAt = (second: Instant) => timetable.stateAt(second + timetable.zone.offsetAt(second));
	const spent = { asked: 0 };
	const now = isOpen(stateAt(secondOf(instant)));
	let next = nextChange(timetable, secondOf(instant), spent);
	for (let tried = 0; next !== undefined && tried < MOST_STATES; tried += 1) {
		if (isOpen(stateAt(next)) !== now) return { isOpen: now, nextChangeUtc: textOf(next) };
		next = nextChange(timetable, next, spent);
	}
	return { isOpen: now, nextChangeUtc: null };
}

/** Tenants name their states; this one is known to be open. */
function isOpen(state: string): boolean {
	return state.toLowerCase() === OPEN.toLowerCase();
}

/** A rule and whether it holds: always, never, or at the times of a rule of type Time. */
type Test = { rule: SchedulingRule; holds: boolean | TimeRule };

/** A schedule made ready to be asked. */
type Timetable = {
	zone: Zone;
	/** The first asked first. */
	tests: readonly Test[];
	/** The place of the rule that decides; -1 when none does. */
	deciderAt: (at: Civil) => number;
	stateAt: (at: Civil) => string;
	/** The states there are. */
	states: ReadonlySet<string>;
};

function timetableOf({ timeZoneId, rules = [], defaultState }: Schedule, customerState: string | undefined): Timetable {
	const zone = zoneOf(timeZoneId ?? "UTC");
	if (!zone) throw new RangeError(`Unknown zone ${timeZoneId}`);
	const byPriority = rules.toSorted((one, other) => other.priority - one.priority);
	const tests = askedOf(byPriority.map((rule) => ({ rule, holds: testOf(rule, customerState) })));
	const deciderAt = rememberingLast((at: Civil) =>
		tests.findIndex(({ holds }) => (typeof holds === "boolean" ? holds : holds.holds(at))),
	);
	const stateOf = (test: Test | undefined) => (test?.rule.state ?? defaultState) || CLOSED;
	const deciders = tests.at(-1)?.holds === true ? tests : [...tests, undefined];
	return {
		zone,
		tests,
		deciderAt,
		stateAt: (at) => stateOf(tests[deciderAt(at)]),
		states: new Set(deciders.map(stateOf)),
	};
}

/** The tests that may decide: none that never holds, none behind one that always does. */
function askedOf(tests: readonly Test[]): Test[] {
	const always = tests.findIndex(({ holds }) => holds === true);
	return tests.slice(0, always < 0 ? undefined : always + 1).filter(({ holds }) => holds !== false);
}

/** The search for a change asks twice about each edge. */
function rememberingLast(ask: (at: Civil) => number): (at: Civil) => number {
	let last: { at: Civil; answer: number } | undefined;
	return (at) => {
		if (last?.at !== at) last = { at, answer: ask(at) };
		return last.answer;
	};
}

function testOf(rule: SchedulingRule, customerState: string | undefined): boolean | TimeRule {
	switch (rule.simpleRuleType) {
		case "Always":
			return true;
		case "CustomerState":
			return customerState !== undefined && customerState === rule.customerState;
		case "Time":
			return timeRule(rule);
		default:
			return false;
	}
}

/**
 * The next instant at which the state is another. Between two changes of a zone's offset instants and clock readings run alike, so that only the
 * edges of rules have to be tried there, and then the instant at which the clocks change. `spent` is what searches in this timetable have cost.
 */
function nextChange(timetable: Timetable, now: Instant, spent: { asked: number }): Instant | undefined {
	const { zone, tests, stateAt, states } = timetable;
	if (states.size === 1) return undefined;
	const limit = now + HORIZON_DAYS * SECONDS_A_DAY;
	let offset = zone.offsetAt(now);
	const before = stateAt(now + offset);
	for (let instant = now; instant < limit;) {
		const { end, nextOffset } = stretchFrom(zone, instant, offset, limit);
		const nextEdge = edgesOf(timetable, before, end + offset);
		for (let at = nextEdge(instant + offset); at < end + offset; at = nextEdge(at)) {
			if (stateAt(at) !== before) return at - offset;
			spent.asked += ASKED_AN_EDGE + tests.length;
			if (spent.asked > MOST_ASKED) return undefined;
		}
		if (stateAt(end + nextOffset) !== before) return end;
		[instant, offset] = [end, nextOffset];
	}
	return undefined;
}

/**
 * From one reading of the clock to the next that may end a state; `limit` where there is none. That is when the rule that decides ends, or when one
 * begins that goes before it and has another state: whatever else begins or ends changes nothing.
 */
function edgesOf({ tests, deciderAt }: Timetable, state: string, limit: Civil): (at: Civil) => Civil {
	const edges: Civil[] = [];
	return (at) => {
		const decider = deciderAt(at);
		let next = limit;
		for (const [place, { rule, holds }] of tests.entries()) {
			if (typeof holds === "object" && (place === decider || rule.state !== state)) {
				const known = edges[place];
				const edge = known !== undefined && known > at ? known : holds.nextEdge(at, limit);
				edges[place] = edge;
				next = Math.min(next, edge);
			}
			if (place === decider) break;
		}
		return next;
	};
}

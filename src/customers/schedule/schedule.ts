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

/** Edges tried before the search gives up: 27 windows hidden by another rule on each day of the year. */
const MOST_EDGES = 20_000;

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
	const [self] = chain;
	const closed = { state: CLOSED, ruleId: null, nextChangeUtc: null };
	if (self?.schedule?.forceClosed) return { ...closed, sourceCustomerId: self.customerId };
	const source = scheduleInEffect(chain);
	if (!source) return { state: OPEN, ruleId: null, sourceCustomerId: null, nextChangeUtc: null };
	const { schedule, customerId } = source;
	if (schedule.forceClosed) return { ...closed, sourceCustomerId: customerId };
	const timetable = timetableOf(schedule, self?.state ?? undefined);
	const now = Math.floor(instant.getTime() / 1000);
	const reading = now + timetable.zone.offsetAt(now);
	const next = nextChange(timetable, now);
	return {
		state: timetable.stateAt(reading),
		ruleId: timetable.tests[timetable.deciderAt(reading)]?.rule.id ?? null,
		sourceCustomerId: customerId,
		nextChangeUtc: next === undefined ? null : new Date(next * 1000).toISOString(),
	};
}

/** Changes of state looked through for one that opens or closes: lunch, a holiday and a night are three. */
const MOST_STATES = 12;

/** Whether the first customer of a chain is open at an instant, and when that changes next; null where nobody's schedule says so. */
export function opening(chain: readonly ChainLink[], instant: Date): Opening | null {
	const now = evaluate(chain, instant);
	if (now.sourceCustomerId === null) return null;
	let next = now.nextChangeUtc;
	for (let tried = 0; next !== null && tried < MOST_STATES; tried += 1) {
		const then = evaluate(chain, new Date(next));
		if (isOpen(then) !== isOpen(now)) return { isOpen: isOpen(now), nextChangeUtc: next };
		next = then.nextChangeUtc;
	}
	return { isOpen: isOpen(now), nextChangeUtc: null };
}

/** Tenants name their states; this one is known to be open. */
function isOpen({ state }: Evaluation): boolean {
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
};

function timetableOf({ timeZoneId, rules = [], defaultState }: Schedule, customerState: string | undefined): Timetable {
	const zone = zoneOf(timeZoneId ?? "UTC");
	if (!zone) throw new RangeError(`Unknown zone ${timeZoneId}`);
	const byPriority = rules.toSorted((one, other) => other.priority - one.priority);
	const tests = byPriority.map((rule) => ({ rule, holds: testOf(rule, customerState) }));
	const deciderAt = (at: Civil) =>
		tests.findIndex(({ holds }) => (typeof holds === "boolean" ? holds : holds.holds(at)));
	return { zone, tests, deciderAt, stateAt: (at) => (tests[deciderAt(at)]?.rule.state ?? defaultState) || CLOSED };
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
 * edges of rules have to be tried there, and then the instant at which the clocks change.
 */
function nextChange(timetable: Timetable, now: Instant): Instant | undefined {
	const { zone, tests, stateAt } = timetable;
	if (tests.every(({ holds }) => typeof holds === "boolean")) return undefined;
	const limit = now + HORIZON_DAYS * SECONDS_A_DAY;
	let offset = zone.offsetAt(now);
	const before = stateAt(now + offset);
	let tried = 0;
	for (let instant = now; instant < limit;) {
		const { end, nextOffset } = stretchFrom(zone, instant, offset, limit);
		const nextEdge = edgesOf(timetable, before, end + offset);
		for (let at = nextEdge(instant + offset); at < end + offset; at = nextEdge(at)) {
			if (stateAt(at) !== before) return at - offset;
			if (++tried === MOST_EDGES) return undefined;
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

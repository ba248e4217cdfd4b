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

/** How far the next change is looked for: a year, so that also what comes once a year is found. */
export const HORIZON_DAYS = 366;

/** Edges at which the state stayed the same before the search gives up: 40 rules with two windows each day of the year. */
const MOST_EDGES = 60_000;

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
export function scheduleInEffect(chain: readonly ChainLink[]): (ChainLink & { schedule: Schedule }) | undefined {
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
	const rule = timetable.ruleAt(now + timetable.zone.offsetAt(now));
	const next = nextChange(timetable, now);
	return {
		state: timetable.stateOf(rule),
		ruleId: rule?.id ?? null,
		sourceCustomerId: customerId,
		nextChangeUtc: next === undefined ? null : new Date(next * 1000).toISOString(),
	};
}

/** A schedule made ready to be asked. Only rules of time ever change their answer. */
type Timetable = {
	zone: Zone;
	ruleAt: (at: Civil) => SchedulingRule | undefined;
	stateOf: (rule: SchedulingRule | undefined) => string;
	timeRules: readonly TimeRule[];
};

function timetableOf(schedule: Schedule, customerState: string | undefined): Timetable {
	const zone = zoneOf(schedule.timeZoneId ?? "UTC");
	if (!zone) throw new RangeError(`Unknown zone ${schedule.timeZoneId}`);
	const tests = byPriority(schedule.rules ?? []).map((rule) => ({ rule, test: testOf(rule, customerState) }));
	const holds = (test: boolean | TimeRule, at: Civil) => (typeof test === "boolean" ? test : test.holds(at));
	return {
		zone,
		ruleAt: (at) => tests.find(({ test }) => holds(test, at))?.rule,
		stateOf: (rule) => (rule ? rule.state : schedule.defaultState) || CLOSED,
		timeRules: tests.flatMap(({ test }) => (typeof test === "boolean" ? [] : [test])),
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

function byPriority(rules: readonly SchedulingRule[]): SchedulingRule[] {
	return rules.toSorted((one, other) => other.priority - one.priority);
}

/**
 * The next instant at which the state is another. Between two changes of a zone's offset instants and clock readings run alike, so that only the
 * edges of rules have to be tried there, and then the instant at which the clocks change.
 */
function nextChange({ zone, timeRules, ruleAt, stateOf }: Timetable, now: Instant): Instant | undefined {
	if (timeRules.length === 0) return undefined;
	const limit = now + HORIZON_DAYS * SECONDS_A_DAY;
	let offset = zone.offsetAt(now);
	const before = stateOf(ruleAt(now + offset));
	let edges = 0;
	for (let instant = now; instant < limit;) {
		const { end, nextOffset } = stretchFrom(zone, instant, offset, limit);
		const nextEdge = edgesOf(timeRules, instant + offset, end + offset);
		for (let at = nextEdge(); at < end + offset; at = nextEdge()) {
			if (stateOf(ruleAt(at)) !== before) return at - offset;
			if (++edges === MOST_EDGES) return undefined;
		}
		if (stateOf(ruleAt(end + nextOffset)) !== before) return end;
		[instant, offset] = [end, nextOffset];
	}
	return undefined;
}

/** The edges of all rules in order, one for each call; `limit` after the last. */
function edgesOf(rules: readonly TimeRule[], from: Civil, limit: Civil): () => Civil {
	let at = from;
	const next = rules.map((rule) => rule.nextEdge(from, limit));
	return () => {
		at = next.reduce((least, edge) => Math.min(least, edge), limit);
		for (const [place, rule] of rules.entries())
			if (next[place] === at && at < limit) next[place] = rule.nextEdge(at, limit);
		return at;
	};
}

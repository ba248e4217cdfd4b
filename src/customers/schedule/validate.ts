import { type Day, parseDate, parseTime, SECONDS_A_DAY } from "./calendar.ts";
import type { Schedule, SchedulingRule } from "./schema.ts";
import { CENTURY, isBelowDay, timeRule } from "./time-rule.ts";
import { zoneOf } from "./zone.ts";

/** Starts of rules: a rule that counts its dates is counted from there. */
const [EARLIEST, LATEST] = ["1970-01-01", "2199-12-31"];

/** A rule that never occurs is looked through for a century, about 10 ms: enough rules are named to see what is wrong. */
const MOST_PROBLEMS = 20;

/** Edges of a rule that are tried for the first moment at which it holds: those of a year of hours. */
const MOST_EDGES = 10_000;

/** One of the errors of a 400. */
export type ScheduleError = { errorCode: string; fieldName: string; message: string };

type Member = "timeZoneId" | keyof SchedulingRule;
/** Without a member it is the rule as a whole. */
type Problem = { member: Member | ""; errorCode: string; message: string };

/**
 * What is wrong with a schedule of the right form, as errors for a 400: `Schedule.Rules[0].EndTime`. Empty when it can be kept and evaluated.
 * `path` is where the schedule stands in the request.
 */
export function validateSchedule(schedule: Schedule, path = "Schedule"): ScheduleError[] {
	const errors = zoneProblems(schedule).map((problem) => at(path, problem));
	for (const [place, rule] of (schedule.rules ?? []).entries()) {
		if (errors.length >= MOST_PROBLEMS) break;
		errors.push(...ruleProblems(rule).map((problem) => at(`${path}.Rules[${place}]`, problem)));
	}
	return errors;
}

function at(path: string, { member, errorCode, message }: Problem): ScheduleError {
	return { errorCode, fieldName: member === "" ? path : `${path}.${pascal(member)}`, message };
}

function zoneProblems({ timeZoneId, inherit, rules = [] }: Schedule): Problem[] {
	if (timeZoneId)
		return zoneOf(timeZoneId)
			? []
			: [{ member: "timeZoneId", errorCode: "InvalidTimeZone", message: `'${timeZoneId}' is not a time zone.` }];
	const needsZone = !inherit && rules.some(({ simpleRuleType }) => simpleRuleType === "Time");
	return needsZone ? [missing("timeZoneId")] : [];
}

function ruleProblems(rule: SchedulingRule): Problem[] {
	const problems = rule.state ? [] : [missing("state")];
	switch (rule.simpleRuleType) {
		case "Always":
			return problems;
		case "CustomerState":
			return rule.customerState ? problems : [...problems, missing("customerState")];
		case "Time":
			return [...problems, ...timeProblems(rule)];
		default:
			// A rule of a condition alone is kept for the caller's flows; here it never matches.
			return rule.condition ? problems : [...problems, missing("simpleRuleType")];
	}
}

function timeProblems(rule: SchedulingRule): Problem[] {
	const problems = [...startProblems(rule), ...untilProblems(rule), ...windowProblems(rule)];
	if (problems.length > 0 || everHolds(rule)) return problems;
	const message = "This rule never occurs within a century of its start.";
	return [{ member: "", errorCode: "RuleNeverOccurs", message }];
}

function startProblems(rule: SchedulingRule): Problem[] {
	if (rule.startDate) return dateProblems("startDate", rule.startDate);
	return needsStart(rule) ? [missing("startDate")] : [];
}

/** Whether a rule would mean something else with another start: then it must have one. */
function needsStart(rule: SchedulingRule): boolean {
	if (rule.interval > 1 || rule.count > 0) return true;
	switch (rule.frequency) {
		case "None":
			return true;
		case "Weekly":
		case "Monthly":
		case "Yearly":
			return [rule.byDay, rule.byMonthDay, rule.byYearDay].every((list = []) => list.length === 0);
		default:
			return false;
	}
}

function untilProblems({ untilDate, count }: SchedulingRule): Problem[] {
	if (!untilDate) return [];
	if (count > 0) {
		const message = "'Until Date' and 'Count' exclude each other.";
		return [{ member: "untilDate", errorCode: "CountAndUntilDate", message }];
	}
	return parseDate(untilDate) === undefined ? [invalidDate("untilDate", untilDate)] : [];
}

function dateProblems(member: Member, text: string): Problem[] {
	if (parseDate(text) === undefined) return [invalidDate(member, text)];
	if (text >= EARLIEST && text.slice(0, 10) <= LATEST) return [];
	const message = `'${words(member)}' must be between ${EARLIEST} and ${LATEST}.`;
	return [{ member, errorCode: "InclusiveBetween", message }];
}

function windowProblems(rule: SchedulingRule): Problem[] {
	if (rule.isAllDay) return [];
	const [start, end] = [parseTime(rule.startTime), parseTime(rule.endTime)];
	const needsTimes = !isBelowDay(rule) && !rule.byHour?.length && !rule.byMinute?.length;
	if (needsTimes && (start === undefined || end === undefined))
		return [...(start === undefined ? [missing("startTime")] : []), ...(end === undefined ? [missing("endTime")] : [])];
	if (start === SECONDS_A_DAY || (start !== undefined && start === end))
		return [{ member: "endTime", errorCode: "EmptyWindow", message: "'End Time' must differ from 'Start Time'." }];
	return [];
}

/** Whether there is a moment within a century of its start at which a rule holds. */
function everHolds(rule: SchedulingRule): boolean {
	const start: Day = parseDate(rule.startDate) ?? 0;
	const { holds, nextEdge } = timeRule(rule);
	const limit = (start + CENTURY) * SECONDS_A_DAY;
	let moment = start * SECONDS_A_DAY;
	for (let edges = 0; edges < MOST_EDGES && moment < limit; edges++) {
		if (holds(moment)) return true;
		moment = nextEdge(moment, limit);
	}
	return false;
}

function missing(member: Member): Problem {
	return { member, errorCode: "NotEmpty", message: `'${words(member)}' must not be empty.` };
}

function invalidDate(member: Member, text: string): Problem {
	return { member, errorCode: "InvalidDate", message: `'${text}' is not a date.` };
}

function pascal(member: string): string {
	return member.charAt(0).toUpperCase() + member.slice(1);
}

/** `startDate` as ServiceStack's messages name it: `Start Date`. */
function words(member: string): string {
	return pascal(member).replace(/([a-z])([A-Z])/g, "$1 $2");
}

import { describe, expect, test } from "vitest";
import { evaluate, schedule, validateSchedule } from "../src/customers/schedule/schedule.ts";
import { windowsZones } from "../src/customers/schedule/windows-zones.ts";
import { zoneOf } from "../src/customers/schedule/zone.ts";
import { bind } from "../src/wire/bind.ts";

type Loose = Record<string, unknown>;

const daily = { state: "Open", simpleRuleType: "Time", frequency: "Daily", startTime: "09:00", endTime: "17:00" };
const problemsOf = (...rules: Loose[]) => validateSchedule(schedule.parse({ timeZoneId: "UTC", rules }));
/** What is wrong with a daily rule from nine to five when these members are others. */
const found = (changes: Loose) =>
	problemsOf({ ...daily, ...changes }).map(({ errorCode, fieldName }) => `${errorCode} ${fieldName}`);

describe("a zone", () => {
	test("has an IANA name or a Windows name, in any case", () => {
		for (const name of ["America/New_York", "europe/berlin", " UTC ", "Etc/GMT+5", "W. Europe Standard Time", "utc-11"])
			expect(validateSchedule(schedule.parse({ timeZoneId: name })), name).toEqual([]);
	});

	test.each(["Mars/Olympus", "Berlin", "+05:30", "UTC+1", "Pacific", "America/New_York'; --", "constructor"])(
		"is not %s",
		(timeZoneId) => {
			expect(validateSchedule(schedule.parse({ timeZoneId }), "Body.Schedule")).toEqual([
				{
					errorCode: "InvalidTimeZone",
					fieldName: "Body.Schedule.TimeZoneId",
					message: `'${timeZoneId}' is not a time zone.`,
				},
			]);
		},
	);

	test("of Windows is known by the runtime", () => {
		const unknown = Object.keys(windowsZones).filter((name) => !zoneOf(name));
		expect(unknown).toEqual([]);
		const january = Date.UTC(2026, 0, 1) / 1000;
		expect(zoneOf("Pacific Standard Time")?.offsetAt(january)).toBe(-8 * 3600);
		expect(zoneOf("India Standard Time")?.offsetAt(january)).toBe(5.5 * 3600);
	});

	test("must be given where rules ask for the time, unless the schedule is another's", () => {
		const rules = [{ ...daily }];
		expect(validateSchedule(schedule.parse({ rules })).map(({ fieldName }) => fieldName)).toEqual([
			"Schedule.TimeZoneId",
		]);
		expect(validateSchedule(schedule.parse({ rules, inherit: true }))).toEqual([]);
		expect(validateSchedule(schedule.parse({ rules: [{ simpleRuleType: "Always", state: "Open" }] }))).toEqual([]);
	});
});

describe("a rule", () => {
	test.each<[string, Loose, string[]]>([
		["nine to five", {}, []],
		["without a state", { state: undefined }, ["NotEmpty Schedule.Rules[0].State"]],
		["without a type", { simpleRuleType: undefined }, ["NotEmpty Schedule.Rules[0].SimpleRuleType"]],
		["of a condition alone", { simpleRuleType: undefined, condition: "vip" }, []],
		["of a state", { simpleRuleType: "CustomerState" }, ["NotEmpty Schedule.Rules[0].CustomerState"]],
		["once, without a date", { frequency: "None" }, ["NotEmpty Schedule.Rules[0].StartDate"]],
		["every other day of an unknown start", { interval: 2 }, ["NotEmpty Schedule.Rules[0].StartDate"]],
		["counted from nowhere", { count: 3 }, ["NotEmpty Schedule.Rules[0].StartDate"]],
		["weekly on no day", { frequency: "Weekly" }, ["NotEmpty Schedule.Rules[0].StartDate"]],
		["yearly in June", { frequency: "Yearly", byMonth: [6] }, ["NotEmpty Schedule.Rules[0].StartDate"]],
		["weekly on Mondays", { frequency: "Weekly", byDay: [{ dayOfWeek: "Monday" }] }, []],
		["no such day", { startDate: "2026-02-30" }, ["InvalidDate Schedule.Rules[0].StartDate"]],
		["no such month", { untilDate: "2026-13-01" }, ["InvalidDate Schedule.Rules[0].UntilDate"]],
		["before time began", { startDate: "0001-01-01" }, ["InclusiveBetween Schedule.Rules[0].StartDate"]],
		["too late", { startDate: "2200-01-01" }, ["InclusiveBetween Schedule.Rules[0].StartDate"]],
		["for ever", { startDate: "2199-12-31T00:00:00Z", untilDate: "9999-12-31" }, []],
		[
			"two ends",
			{ startDate: "2026-01-01", count: 2, untilDate: "2026-02-01" },
			["CountAndUntilDate Schedule.Rules[0].UntilDate"],
		],
		["an empty window", { endTime: "9:00" }, ["EmptyWindow Schedule.Rules[0].EndTime"]],
		["a day that begins at its end", { startTime: "24:00" }, ["EmptyWindow Schedule.Rules[0].EndTime"]],
		["an all-day rule's times", { isAllDay: true, endTime: "09:00" }, []],
		[
			"no window",
			{ startTime: undefined, endTime: undefined },
			["NotEmpty Schedule.Rules[0].StartTime", "NotEmpty Schedule.Rules[0].EndTime"],
		],
		["half a window", { endTime: undefined }, ["NotEmpty Schedule.Rules[0].EndTime"]],
		["hours for a window", { startTime: undefined, endTime: undefined, byHour: [9, 10] }, []],
		["the 30th of February", { byMonth: [2], byMonthDay: [30] }, ["RuleNeverOccurs Schedule.Rules[0]"]],
		["week 1 in July", { byMonth: [7], byWeekNo: [1] }, ["RuleNeverOccurs Schedule.Rules[0]"]],
		["the second of one", { bySetPosition: [2] }, ["RuleNeverOccurs Schedule.Rules[0]"]],
		[
			"an end before its start",
			{ startDate: "2026-02-01", untilDate: "2026-01-31" },
			["RuleNeverOccurs Schedule.Rules[0]"],
		],
		["hours outside its window", { byHour: [8, 17] }, ["RuleNeverOccurs Schedule.Rules[0]"]],
		[
			"every twenty-fourth hour, but at another",
			{ frequency: "Hourly", interval: 24, startDate: "2026-01-01", byHour: [12] },
			["RuleNeverOccurs Schedule.Rules[0]"],
		],
		[
			"a leap day on a Sunday",
			{ frequency: "Yearly", byMonth: [2], byMonthDay: [29], byDay: [{ dayOfWeek: "Sunday" }] },
			[],
		],
		[
			"every 997th hour, on New Year's Day alone",
			{
				frequency: "Hourly",
				interval: 997,
				startDate: "2020-01-02",
				startTime: undefined,
				endTime: undefined,
				byMonth: [1],
				byMonthDay: [1],
				byMinute: Array.from({ length: 30 }, (_, half) => half * 2),
			},
			[],
		],
		["only long ago", { startDate: "1970-01-01", count: 1 }, []],
	])("%s", (_, changes, expected) => {
		expect(found(changes)).toEqual(expected);
	});

	test("that never occurs is told by its place, twenty of them at most", () => {
		const never = { ...daily, byMonth: [2], byMonthDay: [30] };
		expect(problemsOf(daily, never)).toEqual([
			{
				errorCode: "RuleNeverOccurs",
				fieldName: "Schedule.Rules[1]",
				message: "This rule never occurs within a century of its start.",
			},
		]);
		expect(problemsOf(...Array.from({ length: 200 }, () => never))).toHaveLength(20);
		// Lists may name a day more than once.
		const often = {
			...daily,
			byYearDay: Array.from({ length: 732 }, () => 366),
			byWeekNo: Array.from({ length: 106 }, () => 20),
		};
		expect(problemsOf(...Array.from({ length: 200 }, () => often))).toHaveLength(20);
	});
});

describe("the form", () => {
	test.each<[string, Loose]>([
		["a month 13", { byMonth: [13] }],
		["a month 0", { byMonth: [0] }],
		["a week 0", { byWeekNo: [0] }],
		["a day 32", { byMonthDay: [32] }],
		["a day -367 of the year", { byYearDay: [-367] }],
		["an hour 24", { byHour: [24] }],
		["a minute 60", { byMinute: [60] }],
		["a position 0", { bySetPosition: [0] }],
		["a 54th Monday", { byDay: [{ dayOfWeek: "Monday", offset: 54 }] }],
		["a day without a name", { byDay: [{ offset: 1 }] }],
		["a Moonday", { byDay: [{ dayOfWeek: "Moonday" }] }],
		["half an interval", { interval: 1.5 }],
		["a negative count", { count: -1 }],
		["a count that would take long", { count: 10_001 }],
		["a time 25:00", { startTime: "25:00" }],
		["a time in words", { endTime: "five" }],
		["a date in words", { startDate: "tomorrow" }],
		["a Fortnightly", { frequency: "Fortnightly" }],
	])("has no %s", (_, changes) => {
		expect(schedule.safeParse({ timeZoneId: "UTC", rules: [{ ...daily, ...changes }] }).success).toBe(false);
	});

	test("has two hundred rules at most", () => {
		expect(schedule.safeParse({ rules: Array.from({ length: 201 }, () => daily) }).success).toBe(false);
	});

	test("is what .NET sends: any case, numbers for names, zeros for nothing", () => {
		const sent = {
			TimeZoneId: "GMT Standard Time",
			DefaultState: "Closed",
			Rules: [
				{
					State: "Open",
					SimpleRuleType: 2,
					Frequency: "weekly",
					ByDay: [{ Offset: 0, DayOfWeek: 1 }],
					StartTime: "09:00:00",
					EndTime: "17:00:00",
					Interval: 0,
					Count: 0,
					ByHour: null,
					FlowParams: { greeting: { stringValue: "Hello" } },
				},
			],
		};
		const parsed = schedule.parse(bind(schedule, sent, { isText: false, misfits: [] }));
		expect(validateSchedule(parsed)).toEqual([]);
		expect(parsed.rules?.[0]?.flowParams).toEqual({ greeting: { stringValue: "Hello" } });
		const chain = [{ customerId: "self", state: undefined, schedule: parsed }];
		expect(evaluate(chain, new Date("2026-06-15T08:00Z"))).toMatchObject({
			state: "Open",
			nextChangeUtc: "2026-06-15T16:00:00.000Z",
		});
	});
});

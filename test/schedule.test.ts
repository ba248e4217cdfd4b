import { describe, expect, test } from "vitest";
import { type ChainLink, evaluate, schedule, withRuleIds } from "../src/customers/schedule/schedule.ts";

type Loose = Record<string, unknown>;

/** A link of a chain; its rules are of type Time and state Open unless they say otherwise. */
function link(customerId: string, { state, rules = [], ...members }: Loose & { rules?: Loose[] } = {}): ChainLink {
	const full = rules.map((rule, place) => ({ id: `r${place}`, state: "Open", simpleRuleType: "Time", ...rule }));
	const parsed = schedule.parse({ timeZoneId: "UTC", defaultState: "Closed", ...members, rules: full });
	return { customerId, state: state as string | undefined, schedule: parsed };
}

const bare = (customerId: string): ChainLink => ({ customerId, state: undefined, schedule: null });
const at = (chain: ChainLink[], instant: string) => evaluate(chain, new Date(instant));
const stateOf = (members: Loose & { rules?: Loose[] }, instant: string) => at([link("self", members)], instant).state;
const nextOf = (members: Loose & { rules?: Loose[] }, instant: string) =>
	at([link("self", members)], instant).nextChangeUtc;
const days = (...names: string[]) => names.map((dayOfWeek) => ({ dayOfWeek }));

const office = {
	frequency: "Weekly",
	startTime: "09:00",
	endTime: "17:00",
	byDay: days("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"),
};

describe("whose schedule", () => {
	test("the nearest that does not inherit, in its own zone", () => {
		const chain = [
			link("self", { inherit: true, timeZoneId: "Asia/Tokyo" }),
			bare("parent"),
			link("root", { timeZoneId: "America/New_York", rules: [office] }),
			link("account", { rules: [{ simpleRuleType: "Always" }] }),
		];
		expect(at(chain, "2026-11-23T14:00Z")).toEqual({
			state: "Open",
			ruleId: "r0",
			sourceCustomerId: "root",
			nextChangeUtc: "2026-11-23T22:00:00.000Z",
		});
	});

	test("the account's when every customer inherits, and none when nobody has one", () => {
		const account = link("account", { rules: [{ simpleRuleType: "Always", state: "Busy" }] });
		expect(at([link("self", { inherit: true }), bare("root"), account], "2026-11-23T14:00Z")).toMatchObject({
			state: "Busy",
			sourceCustomerId: "account",
		});
		const unset = { state: "Open", ruleId: null, sourceCustomerId: null, nextChangeUtc: null };
		expect(at([bare("self"), bare("account")], "2026-11-23T14:00Z")).toEqual(unset);
		expect(at([], "2026-11-23T14:00Z")).toEqual(unset);
	});

	test("a customer that is forced closed is closed, whatever it inherits", () => {
		const open = link("root", { rules: [{ simpleRuleType: "Always" }] });
		expect(at([link("self", { inherit: true, forceClosed: true }), open], "2026-11-23T14:00Z")).toEqual({
			state: "Closed",
			ruleId: null,
			sourceCustomerId: "self",
			nextChangeUtc: null,
		});
		const closed = link("root", { forceClosed: true, rules: [{ simpleRuleType: "Always" }] });
		expect(at([bare("self"), closed], "2026-11-23T14:00Z")).toMatchObject({
			state: "Closed",
			sourceCustomerId: "root",
		});
	});
});

describe("which rule", () => {
	test("the highest priority, and among equals the first", () => {
		const rules = [
			{ simpleRuleType: "Always", state: "Third" },
			{ simpleRuleType: "Always", state: "First", priority: 2, id: "first" },
			{ simpleRuleType: "Always", state: "Second", priority: 2 },
		];
		expect(at([link("self", { rules })], "2026-11-23T14:00Z")).toMatchObject({ state: "First", ruleId: "first" });
	});

	test("the state that is stored for the customer asked about, not for the schedule's owner", () => {
		const rules = [{ simpleRuleType: "CustomerState", customerState: "OnHold", state: "Hold" }];
		const owner = link("root", { rules, state: "OnHold" });
		expect(at([{ ...bare("self"), state: "OnHold" }, owner], "2026-11-23T14:00Z").state).toBe("Hold");
		expect(at([bare("self"), owner], "2026-11-23T14:00Z").state).toBe("Closed");
		expect(at([{ ...bare("self"), state: "onhold" }, owner], "2026-11-23T14:00Z").state).toBe("Closed");
	});

	test("a rule of a condition alone never matches; without a default a schedule is closed", () => {
		const rules = [{ simpleRuleType: undefined, condition: "caller.vip" }];
		expect(stateOf({ rules, defaultState: undefined }, "2026-11-23T14:00Z")).toBe("Closed");
	});

	test("rules get ids, and keep those they have", () => {
		const given = schedule.parse({ rules: [{ id: "mine", state: "Open" }, { state: "Open" }, { id: "", state: "x" }] });
		const ids = withRuleIds(given).rules?.map(({ id }) => id);
		expect(ids).toEqual(["mine", expect.stringMatching(/^[0-9a-f]{32}$/), expect.stringMatching(/^[0-9a-f]{32}$/)]);
		expect(withRuleIds(schedule.parse({}))).toEqual({ inherit: false, forceClosed: false });
	});
});

describe("windows", () => {
	test("the end is not in it", () => {
		const rules = [office];
		expect(stateOf({ rules }, "2026-11-23T08:59:59.999Z")).toBe("Closed");
		expect(stateOf({ rules }, "2026-11-23T09:00Z")).toBe("Open");
		expect(stateOf({ rules }, "2026-11-23T16:59:59.999Z")).toBe("Open");
		expect(stateOf({ rules }, "2026-11-23T17:00Z")).toBe("Closed");
		expect(nextOf({ rules }, "2026-11-23T17:00Z")).toBe("2026-11-24T09:00:00.000Z");
		expect(nextOf({ rules }, "2026-11-27T17:00Z")).toBe("2026-11-30T09:00:00.000Z");
	});

	test("one that crosses midnight belongs to the date on which it opens", () => {
		const rules = [{ frequency: "Weekly", byDay: days("Saturday"), startTime: "22:00", endTime: "02:00" }];
		expect(stateOf({ rules }, "2026-11-21T01:00Z")).toBe("Closed");
		expect(stateOf({ rules }, "2026-11-21T22:00Z")).toBe("Open");
		expect(stateOf({ rules }, "2026-11-22T01:59:59Z")).toBe("Open");
		expect(stateOf({ rules }, "2026-11-22T02:00Z")).toBe("Closed");
		expect(stateOf({ rules }, "2026-11-22T22:00Z")).toBe("Closed");
		expect(nextOf({ rules }, "2026-11-21T23:00Z")).toBe("2026-11-22T02:00:00.000Z");
		expect(nextOf({ rules }, "2026-11-22T02:00Z")).toBe("2026-11-28T22:00:00.000Z");
	});

	test.each(["24:00", "00:00"])("an end at %s is the end of the day", (endTime) => {
		const rules = [{ frequency: "Daily", startTime: "18:00", endTime }];
		expect(stateOf({ rules }, "2026-11-21T23:59:59Z")).toBe("Open");
		expect(stateOf({ rules }, "2026-11-22T00:00Z")).toBe("Closed");
	});

	test("around the clock is never closed, not for a minute", () => {
		const rules = [{ frequency: "Daily", startTime: "0:00", endTime: "24:00" }];
		expect(stateOf({ rules }, "2026-11-21T23:59:59Z")).toBe("Open");
		expect(nextOf({ rules }, "2026-11-21T23:59:59Z")).toBeNull();
		expect(nextOf({ rules: [{ frequency: "Daily", isAllDay: true }] }, "2026-11-21T12:00Z")).toBeNull();
	});

	test("hours and minutes of the clock narrow it", () => {
		const rules = [{ ...office, byHour: [9, 10, 15], byMinute: [0, 1] }];
		expect(stateOf({ rules }, "2026-11-23T10:01:59Z")).toBe("Open");
		expect(nextOf({ rules }, "2026-11-23T10:01:59Z")).toBe("2026-11-23T10:02:00.000Z");
		expect(nextOf({ rules }, "2026-11-23T10:02:00Z")).toBe("2026-11-23T15:00:00.000Z");
	});
});

describe("when the clocks change", () => {
	const newYork = (startTime: string, endTime: string) => ({
		timeZoneId: "America/New_York",
		rules: [{ frequency: "Daily", startTime, endTime }],
	});

	test("a window in the gap is not that day, one that spans it is shorter", () => {
		expect(nextOf(newYork("02:15", "02:45"), "2026-03-08T06:00Z")).toBe("2026-03-09T06:15:00.000Z");
		expect(nextOf(newYork("02:15", "04:00"), "2026-03-08T06:00Z")).toBe("2026-03-08T07:00:00.000Z");
		expect(nextOf(newYork("02:15", "04:00"), "2026-03-08T07:00Z")).toBe("2026-03-08T08:00:00.000Z");
		expect(nextOf(newYork("01:00", "02:30"), "2026-03-08T06:30Z")).toBe("2026-03-08T07:00:00.000Z");
	});

	test("a window in the overlap comes twice, one that spans it is longer", () => {
		expect(nextOf(newYork("01:15", "01:45"), "2026-11-01T05:15Z")).toBe("2026-11-01T05:45:00.000Z");
		expect(nextOf(newYork("01:15", "01:45"), "2026-11-01T05:45Z")).toBe("2026-11-01T06:15:00.000Z");
		expect(nextOf(newYork("01:15", "01:45"), "2026-11-01T06:15Z")).toBe("2026-11-01T06:45:00.000Z");
		expect(nextOf(newYork("01:00", "02:00"), "2026-11-01T05:00Z")).toBe("2026-11-01T07:00:00.000Z");
		expect(nextOf(newYork("00:30", "01:30"), "2026-11-01T05:30Z")).toBe("2026-11-01T06:00:00.000Z");
	});

	test("by half an hour, and at midnight", () => {
		const lordHowe = {
			timeZoneId: "Australia/Lord_Howe",
			rules: [{ frequency: "Daily", startTime: "01:40", endTime: "03:00" }],
		};
		expect(nextOf(lordHowe, "2026-04-04T14:45Z")).toBe("2026-04-04T15:00:00.000Z");
		expect(nextOf(lordHowe, "2026-04-04T15:00Z")).toBe("2026-04-04T15:10:00.000Z");
		const saoPaulo = { timeZoneId: "America/Sao_Paulo", rules: [{ startDate: "2018-11-04", isAllDay: true }] };
		expect(nextOf(saoPaulo, "2018-11-03T12:00Z")).toBe("2018-11-04T03:00:00.000Z");
		expect(nextOf(saoPaulo, "2018-11-04T12:00Z")).toBe("2018-11-05T02:00:00.000Z");
	});
});

describe("dates", () => {
	/** The dates of a rule of whole days within a range, by asking every noon. */
	const dates = (rule: Loose, from: string, to: string) => {
		const chain = [link("self", { rules: [{ isAllDay: true, ...rule }] })];
		const found: string[] = [];
		for (let noon = Date.parse(`${from}T12:00Z`); noon <= Date.parse(`${to}T12:00Z`); noon += 86_400_000) {
			if (evaluate(chain, new Date(noon)).state === "Open") found.push(new Date(noon).toISOString().slice(0, 10));
		}
		return found.join(" ");
	};
	const thursday = (offset: number) => [{ offset, dayOfWeek: "Thursday" }];
	const workdays = office.byDay;

	test.each<[string, Loose, string, string, string]>([
		["its start alone", { startDate: "2026-11-25" }, "2026-11-01", "2026-12-31", "2026-11-25"],
		[
			"a start as .NET writes it",
			{ startDate: "2026-11-25T00:00:00.0000000" },
			"2026-11-24",
			"2026-11-26",
			"2026-11-25",
		],
		[
			"Thanksgiving",
			{ frequency: "Yearly", byMonth: [11], byDay: thursday(4) },
			"2025-01-01",
			"2027-12-31",
			"2025-11-27 2026-11-26 2027-11-25",
		],
		["a weekday of the year", { frequency: "Yearly", byDay: thursday(-1) }, "2026-01-01", "2026-12-31", "2026-12-31"],
		[
			"the last working day of a month",
			{ frequency: "Monthly", byDay: workdays, bySetPosition: [-1] },
			"2026-01-01",
			"2026-03-31",
			"2026-01-30 2026-02-27 2026-03-31",
		],
		[
			"the 31st where there is one",
			{ frequency: "Monthly", startDate: "2026-01-31" },
			"2026-01-01",
			"2026-05-31",
			"2026-01-31 2026-03-31 2026-05-31",
		],
		[
			"the last of February",
			{ frequency: "Yearly", byMonth: [2], byMonthDay: [-1] },
			"2024-01-01",
			"2025-12-31",
			"2024-02-29 2025-02-28",
		],
		[
			"a leap day",
			{ frequency: "Yearly", startDate: "2024-02-29" },
			"2024-01-01",
			"2028-12-31",
			"2024-02-29 2028-02-29",
		],
		[
			"every other week, counted from Mondays",
			{ frequency: "Weekly", interval: 2, startDate: "2026-11-05", byDay: days("Monday", "Thursday") },
			"2026-11-01",
			"2026-12-03",
			"2026-11-05 2026-11-16 2026-11-19 2026-11-30 2026-12-03",
		],
		[
			"until, inclusive",
			{ frequency: "Daily", startDate: "2026-11-01", untilDate: "2026-11-03" },
			"2026-10-01",
			"2026-12-01",
			"2026-11-01 2026-11-02 2026-11-03",
		],
		[
			"a count",
			{ frequency: "Daily", interval: 3, count: 3, startDate: "2026-11-01" },
			"2026-10-01",
			"2026-12-01",
			"2026-11-01 2026-11-04 2026-11-07",
		],
		[
			"week 53 of every year that has one",
			{ frequency: "Yearly", byWeekNo: [53], byDay: days("Friday") },
			"2015-01-01",
			"2027-12-31",
			"2016-01-01 2021-01-01 2027-01-01",
		],
		[
			"weeks of every other year, whole across New Year",
			{ frequency: "Yearly", interval: 2, startDate: "2019-12-30", byWeekNo: [1], byDay: days("Monday", "Sunday") },
			"2019-01-01",
			"2022-12-31",
			"2019-12-30 2020-01-05 2022-01-03 2022-01-09",
		],
		[
			"days of the year from both ends",
			{ frequency: "Yearly", byYearDay: [1, -1, 60] },
			"2024-01-01",
			"2024-12-31",
			"2024-01-01 2024-02-29 2024-12-31",
		],
		[
			"plain and numbered weekdays together",
			{ frequency: "Yearly", byMonth: [6], byDay: [...thursday(1), ...days("Sunday")] },
			"2026-06-01",
			"2026-06-14",
			"2026-06-04 2026-06-07 2026-06-14",
		],
	])("%s", (_, rule, from, to, expected) => {
		expect(dates(rule, from, to)).toBe(expected);
	});

	test("the next change is found a year ahead and no further", () => {
		const yearly = { rules: [{ frequency: "Yearly", startDate: "2020-11-23", isAllDay: true }] };
		expect(nextOf(yearly, "2025-11-24T00:00Z")).toBe("2026-11-23T00:00:00.000Z");
		const leap = { rules: [{ frequency: "Yearly", startDate: "2024-02-29", isAllDay: true }] };
		expect(nextOf(leap, "2026-02-28T00:00Z")).toBeNull();
		expect(nextOf(leap, "2027-03-01T00:00Z")).toBe("2028-02-29T00:00:00.000Z");
	});
});

describe("hours, minutes and seconds", () => {
	test("hold while they last, every so many of them since the window first opened", () => {
		const rules = [{ frequency: "Hourly", interval: 2, startDate: "2026-11-23", startTime: "09:30", endTime: "14:00" }];
		const states = ["09:29:59", "09:30", "10:29:59", "10:30", "11:30", "13:30", "14:00"];
		expect(states.map((time) => stateOf({ rules }, `2026-11-23T${time}Z`))).toEqual([
			"Closed",
			"Open",
			"Open",
			"Closed",
			"Open",
			"Open",
			"Closed",
		]);
		expect(nextOf({ rules }, "2026-11-23T10:30Z")).toBe("2026-11-23T11:30:00.000Z");
	});

	test("go on over midnight when their number does not fit into a day", () => {
		const rules = [{ frequency: "Hourly", interval: 7, startDate: "2026-11-23", isAllDay: true }];
		expect(nextOf({ rules }, "2026-11-23T22:00Z")).toBe("2026-11-24T04:00:00.000Z");
	});

	test("are counted themselves, on the dates and hours of the rule", () => {
		const rules = [
			{ frequency: "Minutely", count: 3, startDate: "2026-11-20", isAllDay: true, byDay: days("Monday"), byHour: [8] },
		];
		expect(nextOf({ rules }, "2026-11-20T00:00Z")).toBe("2026-11-23T08:00:00.000Z");
		expect(nextOf({ rules }, "2026-11-23T08:01Z")).toBe("2026-11-23T08:03:00.000Z");
		expect(nextOf({ rules }, "2026-11-23T08:03Z")).toBeNull();
		const quarters = [{ frequency: "Hourly", count: 2, startDate: "2026-11-23", isAllDay: true, byMinute: [15] }];
		expect(nextOf({ rules: quarters }, "2026-11-23T00:16Z")).toBe("2026-11-23T01:15:00.000Z");
		expect(nextOf({ rules: quarters }, "2026-11-23T01:16Z")).toBeNull();
	});

	test("every seventh second of ten years", () => {
		const rules = [{ frequency: "Secondly", interval: 7, startDate: "2016-01-01", isAllDay: true }];
		const since = (Date.parse("2026-11-23T08:00:00Z") - Date.parse("2016-01-01T00:00:00Z")) / 1000;
		const wait = (7 - (since % 7)) % 7;
		const next = new Date(Date.parse("2026-11-23T08:00:00Z") + wait * 1000).toISOString();
		expect(nextOf({ rules }, "2026-11-23T08:00:00Z")).toBe(wait === 0 ? "2026-11-23T08:00:01.000Z" : next);
	});

	test("that come once in six weeks are found behind forty thousand minutes in which they do not", () => {
		const even = Array.from({ length: 30 }, (_, half) => half * 2);
		const rare = { frequency: "Hourly", interval: 999, startDate: "2020-01-01", byMinute: even };
		const rules = Array.from({ length: 200 }, () => ({ ...rare, count: 10_000 }));
		// 61 times 999 hours since the start.
		expect(nextOf({ rules }, "2026-11-23T10:00Z")).toBe("2026-12-14T03:00:00.000Z");
		expect(nextOf({ rules }, "2026-12-14T03:00Z")).toBe("2026-12-14T03:01:00.000Z");
	});

	test("are counted as they begin, whatever the interval", () => {
		const sevenths = {
			frequency: "Minutely",
			interval: 7,
			startDate: "2026-11-20",
			isAllDay: true,
			byMinute: [0, 1, 2],
		};
		// The second date alone has none at its start: 1,440 is no multiple of 7.
		const begins = Array.from({ length: 3 * 1440 }, (_, minute) => minute).filter((m) => m % 7 === 0 && m % 60 < 3);
		for (const count of [1, 10, 11, 25, begins.length]) {
			const last = Date.parse("2026-11-20T00:00:00Z") + (begins[count - 1] ?? 0) * 60_000;
			const [during, after] = [last, last + 60_000].map((time) => new Date(time).toISOString());
			expect(stateOf({ rules: [{ ...sevenths, count }] }, during ?? "")).toBe("Open");
			expect(nextOf({ rules: [{ ...sevenths, count }] }, after ?? "")).toBeNull();
		}
	});

	test("hidden by a rule of the same state cost no search", () => {
		const hidden = { frequency: "Secondly", interval: 2, startDate: "2020-01-01", isAllDay: true };
		const holiday = { frequency: "None", startDate: "2026-12-25", isAllDay: true, state: "Holiday", priority: 5 };
		const rules = [holiday, { simpleRuleType: "Always", priority: 1 }, ...Array.from({ length: 190 }, () => hidden)];
		expect(nextOf({ rules }, "2026-11-23T10:00Z")).toBe("2026-12-25T00:00:00.000Z");
	});
});

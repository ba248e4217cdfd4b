import * as z from "zod";
import { text } from "../../rooms/frames.ts";
import { struct } from "../struct.ts";

/** As many rules as a schedule has at most: every one of them may be asked about every day of the year ahead. */
const MOST_RULES = 200;

const short = (length: number) => text.max(length).optional();

/** Whole numbers that count from the front or, negative, from the end. */
const ordinals = (most: number) =>
	z
		.array(
			z
				.int()
				.min(-most)
				.max(most)
				.refine((ordinal) => ordinal !== 0, "must not be 0"),
		)
		.max(2 * most)
		.optional();

const numbers = (least: number, most: number) =>
	z
		.array(z.int().min(least).max(most))
		.max(most - least + 1)
		.optional();

/** `DayOfWeek` of .NET, whose numbers are these places. */
export const weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;

/** `offset` 0 is every such weekday, 2 the second, -1 the last: of the year in a yearly rule without months, else of the month. */
const scheduleDay = z
	.object({ offset: z.int().min(-53).max(53).default(0), dayOfWeek: z.enum(weekdays).meta({ dto: "DayOfWeek" }) })
	.meta({ dto: "ScheduleDay" });

/** A date, or the date of what .NET writes for one; what it says of the time is not read. */
const date = z
	.string()
	.regex(/^\d{4}-\d{2}-\d{2}(T[\d:.Z+-]*)?$/)
	.optional();

/** `9:00`, `09:00` or `09:00:30`. `24:00` is the end of the day. */
const time = z
	.string()
	.regex(/^(([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,7})?)?|24:00(:00)?)$/)
	.optional();

const schedulingRule = z
	.object({
		id: short(64),
		name: short(200),
		/** The highest is asked first; among equals, the first of the list. */
		priority: z.int().default(0),
		state: short(64),
		/** `source`, `condition`, `flowId` and `flowParams` are kept for the caller's flows and never evaluated. */
		source: short(200),
		condition: short(4000),
		simpleRuleType: z.enum(["Always", "CustomerState", "Time"]).meta({ dto: "SimpleSchedulingRuleTypes" }).optional(),
		customerState: short(64),
		flowId: short(64),
		flowParams: struct.optional(),
		isAllDay: z.boolean().default(false),
		startDate: date,
		startTime: time,
		endTime: time,
		bySetPosition: ordinals(366),
		byMonth: numbers(1, 12),
		byWeekNo: ordinals(53),
		byYearDay: ordinals(366),
		byMonthDay: ordinals(31),
		byDay: z.array(scheduleDay).max(100).optional(),
		byHour: numbers(0, 23),
		byMinute: numbers(0, 59),
		/** 0 is what a client writes that has not set it, and is 1. */
		interval: z.int().min(0).max(1000).default(0),
		/** 0 is no end. */
		count: z.int().min(0).max(10_000).default(0),
		untilDate: date,
		frequency: z
			.enum(["None", "Secondly", "Minutely", "Hourly", "Daily", "Weekly", "Monthly", "Yearly"])
			.meta({ dto: "SchedulingRuleFrequency" })
			.default("None"),
	})
	.meta({ dto: "SchedulingRule" });
export type SchedulingRule = z.infer<typeof schedulingRule>;

/** `Schedule` of seed 002. What its members mean together is for `validateSchedule`. */
export const schedule = z
	.object({
		/** IANA or Windows. */
		timeZoneId: short(100),
		inherit: z.boolean().default(false),
		forceClosed: z.boolean().default(false),
		rules: z.array(schedulingRule).max(MOST_RULES).optional(),
		defaultState: short(64),
	})
	.meta({ dto: "Schedule" });
export type Schedule = z.infer<typeof schedule>;

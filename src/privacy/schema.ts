import * as z from "zod";
import { guid, text } from "../rooms/frames.ts";

/** Records of one page of an export. */
const PAGE = 200;
/** Erasures of one page. */
const ERASURES = 200;

/** Whom a request is about: one of a contact and a customer. */
const selection = {
	contactId: z.int().min(0).optional().describe("The person, by the contact's number"),
	customerId: guid.optional().describe("The company, with all contacts that are its own"),
	visitorUserIds: z
		.array(text.min(1).max(500))
		.max(20)
		.optional()
		.describe(
			"Under which user ids the person wrote to visitor rooms, besides its contact's GUID, e-mail address and number",
		),
};

export const exportBody = z.object({
	...selection,
	cursor: z.string().max(4096).optional().describe("Where the last answer ended"),
	take: z.int().min(1).max(PAGE).default(100).describe("Records of one answer"),
});
export type ExportBody = z.infer<typeof exportBody>;

export const eraseBody = z.object({
	...selection,
	dryRun: z.boolean().default(false).describe("Only counts what would go"),
	repeat: z
		.boolean()
		.default(false)
		.describe("Goes through everything again that was erased: after a backup was restored"),
});
export type EraseBody = z.infer<typeof eraseBody>;
export type Selection = Pick<EraseBody, "contactId" | "customerId" | "visitorUserIds">;

export const erasuresQuery = z.object({
	contactId: z.int().min(0).optional(),
	customerId: guid.optional(),
	take: z.int().min(1).max(ERASURES).default(50),
	cursor: guid.optional().describe("The id of the last erasure that was read"),
});
export type ErasuresQuery = z.infer<typeof erasuresQuery>;

const natural = z.int().min(0);
const id = z.string().meta({ format: "guid" });
const instant = z.iso.datetime({ precision: 3 }).meta({ format: "date-time" });

const record = z
	.object({
		kind: z.string().describe("What it is: Contact, SmsConsent, Link, ChatMessage and so on"),
		data: z.record(z.string(), z.unknown()),
	})
	.meta({ dto: "PersonalRecord" });
export type PersonalRecord = z.infer<typeof record>;

export const exportResponse = z
	.object({
		records: z.array(record),
		hasMore: z.boolean(),
		cursor: z.string().optional().describe("Send it to go on; absent at the end"),
	})
	.meta({ dto: "PrivacyExportResponse" });
export type ExportPage = z.infer<typeof exportResponse>;

const count = z
	.object({
		kind: z.string(),
		found: natural,
		erased: natural,
		left: natural,
		why: z.string().optional().describe("Why something is left"),
	})
	.meta({ dto: "ErasureCount" });
export type Count = z.infer<typeof count>;

const room = z
	.object({
		chatId: id,
		found: natural.describe("Messages"),
		erased: natural,
		why: z.string().optional().describe("Why something may be left"),
	})
	.meta({ dto: "ErasureRoom" });
export type RoomCount = z.infer<typeof room>;

const about = {
	subject: z.enum(["Contact", "Customer"]).meta({ dto: "ErasureSubject" }),
	subjectId: z.string().describe("The contact's number, or the customer's id"),
};
const kept = {
	erasureId: id,
	...about,
	isComplete: z.boolean(),
	startedAtUtc: instant,
	startedByUserId: z.string(),
	completedAtUtc: instant.nullable(),
	items: z.array(count),
};

const erasureInfo = z.object(kept).meta({ dto: "Erasure" });
export type ErasureInfo = z.infer<typeof erasureInfo>;

export const eraseResponse = z
	.object({
		...about,
		erasureId: id.optional().describe("Absent of a dry run"),
		dryRun: z.boolean(),
		isComplete: z.boolean().describe("False: send the same request again until it is true"),
		retryAfterSeconds: natural.optional().describe("How long to wait before"),
		startedAtUtc: instant.optional(),
		startedByUserId: z.string().optional(),
		completedAtUtc: instant.nullable().optional(),
		items: z.array(count).describe("What all calls of the erasure came to, by kind"),
		rooms: z.array(room).describe("The rooms that this call went through"),
	})
	.meta({ dto: "PrivacyEraseResponse" });
export type EraseReport = z.infer<typeof eraseResponse>;

export const erasuresResponse = z
	.object({ erasures: z.array(erasureInfo), hasMore: z.boolean(), cursor: id.optional() })
	.meta({ dto: "ErasuresResponse" });
export type ErasureList = z.infer<typeof erasuresResponse>;

import * as z from "zod";
import { guid, text } from "../rooms/frames.ts";
import { limits } from "../rooms/limits.ts";

export const orgPath = z.object({
	OrgId: text.min(1).max(limits.nameLength).describe("The org_id of the visitor dialect"),
});

export const orgBody = z.object({
	customerId: guid
		.optional()
		.describe("Whose opening hours visitors are shown, and below whom pages may name another; none without it"),
});

export const orgInfo = z
	.object({
		orgId: z.string(),
		customerId: z.string().meta({ format: "guid" }).optional(),
		dateCreated: z.string().meta({ format: "date-time" }),
	})
	.meta({ dto: "OrgInfo" });

import * as z from "zod";
import { guid, guidsOf } from "../rooms/frames.ts";
import { customerInfo } from "./answers.ts";
import { limits } from "./limits.ts";
import { schedule } from "./schedule/schedule.ts";
import { appSettings, billingSettings, integrationData, short, tagColor } from "./settings.ts";
import { struct } from "./struct.ts";

/** `SortOrders` and the white list behind `sortField`; each has its index. */
export const sortFields = ["Name", "DateCreated", "DateLastModified", "ReferenceId", "AccountName"] as const;
export type SortField = (typeof sortFields)[number];

const filters = {
	accountIds: guidsOf(limits.filterIds).describe("Filter by accounts"),
	nameFilter: short(200).optional().describe("Filter by name"),
	parentCustomerIds: guidsOf(limits.filterIds).describe("The IDs of the parent customers you want to filter by"),
	shallowParent: z
		.boolean()
		.default(false)
		.describe("If you want a shall parent customer filter (e.g. no deep children)"),
	tagIds: guidsOf(limits.tagFilter).describe("The list of tag IDs to filter by (must contain all)"),
};

/** `ListRequest` of seed 002. `sortField` is checked by the rules, which have a code of their own for it. */
const listRequest = z
	.object({
		page: z.int().min(0).max(1_000_000_000).default(0).describe("The page of data to retrieve"),
		all: z.boolean().default(false).describe("If you want all objects to be returned. This should be used with care"),
		countPerPage: z.int().min(1).max(limits.page).default(25).describe("The number per page to retrieve"),
		specificIds: guidsOf(limits.specificIds).describe("Specific IDs"),
		sortField: z.string().max(64).default("Name").describe("Specify a sort field"),
		sortOrder: z
			.enum(["Ascend", "Descend"])
			.meta({ dto: "SortOrders" })
			.default("Ascend")
			.describe("Specify a sort order"),
		simplifiedPaging: z
			.boolean()
			.default(false)
			.describe(
				"Disables total / page counts - improves performance. Returns only data. If there is no more data, Items will be empty array",
			),
	})
	.meta({ dto: "ListRequest", argument: customerInfo });

/** `ListCustomers` of seed 002, with `cursor`, `rootsOnly` and `resolve`. */
export const listQuery = z
	.object({
		...listRequest.shape,
		...filters,
		cursor: z.string().max(4096).optional().describe("Where the last page ended"),
		rootsOnly: z
			.boolean()
			.default(false)
			.describe("Only the customers at the top of the tree, by name; goes with no filter and no count"),
		resolve: z.boolean().default(false).describe("Also the settings that are in force for each customer"),
	})
	.meta({ base: listRequest });
export type ListQuery = z.infer<typeof listQuery>;

const { specificIds, sortField, sortOrder } = listRequest.shape;
export const exportQuery = z.object({ specificIds, sortField, sortOrder, ...filters });
export type ExportQuery = z.infer<typeof exportQuery>;

/** A value whose JSON is at most so long. */
const within = <Schema extends z.ZodType>(length: number, schema: Schema, dto: string) =>
	schema
		.refine((value) => JSON.stringify(value).length <= length, `takes more than ${length} characters`)
		.meta({ dto });

const customerMembers = {
	name: short(200).trim().min(1),
	accountId: guid.optional(),
	parentCustomerId: guid.optional(),
	referenceId: short(200).optional(),
	isStaging: z.boolean().optional(),
	customerState: short(64).optional(),
	data: within(limits.dataLength, struct, "Struct").optional(),
	tagIds: z.array(guid).max(limits.tagsOfCustomer).optional(),
	/** As answers have them, so that what was read can be put back. `tagIds` goes before. */
	tags: z
		.array(z.object({ id: guid }).meta({ dto: "Tag" }))
		.max(limits.tagsOfCustomer)
		.optional(),
	schedule: within(limits.scheduleLength, schedule, "Schedule").optional(),
	integrationData: within(limits.dataLength, integrationData, "EntityIntegrationData").optional(),
	overrideBillingSettings: z.boolean().optional(),
	billingSettings: billingSettings.optional(),
	overrideAppSettings: z.boolean().optional(),
	appSettings: appSettings.optional(),
};

/** A new customer. An `id` of the caller's makes creating it again a 409 and not a second one. */
export const newCustomer = z.object({ id: guid.optional(), ...customerMembers });
export const customerPut = z.object(customerMembers);
export const customerPatch = z.object({ ...customerMembers, name: customerMembers.name.optional() });
export type CustomerBody = z.infer<typeof customerPatch>;

/** A line of an import: also a parent by the reference it was imported under. */
export const importLine = z.object({ ...newCustomer.shape, parentReferenceId: short(200).optional() });
export type ImportLine = z.infer<typeof importLine>;

export const customerPath = z.object({ CustomerId: guid });
export const customerQuery = z.object({ resolve: z.boolean().default(false) });
export const deleteQuery = z.object({ cascade: z.boolean().default(false) });
/** Without a parent the customer becomes a root. */
export const moveBody = z.object({ parentCustomerId: guid.optional() });
export const stagingBody = z.object({ isStaging: z.boolean().default(false) });

const instant = z.iso.datetime({ offset: true }).meta({ format: "date-time" });
export const stateQuery = z.object({ at: instant.optional() });
export const testScheduleBody = z.object({ at: instant.optional(), schedule: schedule.optional() });

export const tagBody = z.object({
	id: guid.optional(),
	name: short(100).trim().min(1),
	color: tagColor.default("Blue"),
});
export const tagPatch = z.object({ name: tagBody.shape.name.optional(), color: tagColor.optional() });
export type TagBody = z.infer<typeof tagPatch>;
export const tagPath = z.object({ TagId: guid });

const accountMembers = {
	twilioAccountSid: short(64).optional(),
	maxPhoneNumbers: z.int().min(0).optional(),
	isBYOA: z.boolean().optional(),
	trustHubProfileSid: short(64).optional(),
	logoId: short(64).optional(),
	logoUri: short(2000).optional(),
	billingSettings: billingSettings.optional(),
};

/** The place of an account among accounts is chosen when it is made. */
export const accountBody = z.object({
	id: guid.optional(),
	name: short(200).trim().min(1),
	parentAccountId: guid.optional(),
	...accountMembers,
});
export const accountPatch = z.object({ name: accountBody.shape.name.optional(), ...accountMembers });
export type AccountBody = z.infer<typeof accountPatch>;
export const accountPath = z.object({ AccountId: guid });

/** Accounts and tags are short lists: one page of all is the rule. */
export const pageQuery = z.object({
	page: z.int().min(0).max(10_000).default(0),
	countPerPage: z.int().min(1).max(limits.page).default(limits.page),
});
export type PageQuery = z.infer<typeof pageQuery>;

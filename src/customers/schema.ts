import * as z from "zod";
import { guid, text } from "../rooms/frames.ts";
import { limits } from "./limits.ts";
import { schedule } from "./schedule/schedule.ts";

/** A text of at most `length` characters. */
const short = (length: number) => text.max(length);
const list = (most: number) => z.array(guid).max(most).optional();

/** `SortOrders` and the white list behind `sortField`; each has its index. */
export const sortFields = ["Name", "DateCreated", "DateLastModified", "ReferenceId", "AccountName"] as const;
export type SortField = (typeof sortFields)[number];

/** A tenant other than the credential's, for system administrators; from everybody else it is not read. */
const tenantId = z.string().min(1).max(64).optional();
export const tenantQuery = z.object({ tenantId });

const filters = {
	tenantId,
	specificIds: list(limits.specificIds),
	accountIds: list(limits.filterIds),
	parentCustomerIds: list(limits.filterIds),
	tagIds: list(limits.tagFilter),
	nameFilter: short(200).optional(),
	shallowParent: z.boolean().default(false),
	/** Checked by the rules, which have a code of their own for it. */
	sortField: z.string().max(64).default("Name"),
	sortOrder: z.enum(["Ascend", "Descend"]).default("Ascend"),
};

/** `ListCustomers` of seed 002, with `cursor` and `resolve`. */
export const listQuery = z.object({
	...filters,
	page: z.int().min(0).max(1_000_000_000).default(0),
	all: z.boolean().default(false),
	countPerPage: z.int().min(1).max(limits.page).default(25),
	simplifiedPaging: z.boolean().default(false),
	cursor: z.string().max(4096).optional(),
	resolve: z.boolean().default(false),
});
export type ListQuery = z.infer<typeof listQuery>;

export const exportQuery = z.object(filters);
export type ExportQuery = z.infer<typeof exportQuery>;

const billingItem = z.object({
	baseCost: z.number().default(0),
	rawUnitMultiplier: z.number().default(0),
	unitCost: z.number().default(0),
	allowance: z.int().default(0),
});

export const billingSettings = z.object({
	base: billingItem.optional(),
	localNumbers: billingItem.optional(),
	tollFreeNumbers: billingItem.optional(),
	inboundVoiceCalls: billingItem.optional(),
	outboundVoiceCalls: billingItem.optional(),
	inboundFaxes: billingItem.optional(),
	outboundFaxes: billingItem.optional(),
	inboundSmsMessages: billingItem.optional(),
	outboundSmsMessages: billingItem.optional(),
	aiInsights: billingItem.optional(),
	aiLiveMinutes: billingItem.optional(),
});
export type BillingSettings = z.infer<typeof billingSettings>;

const appSettings = z.object({
	enablePhoneNumberManagement: z.boolean().default(false),
	enableDeviceManagement: z.boolean().default(false),
	enableDialer: z.boolean().default(false),
	enableCallHistory: z.boolean().default(false),
	enableAssistants: z.boolean().default(false),
	showFileNameInMessageCenter: z.boolean().default(false),
	chakraTheme: short(20_000).optional(),
	customCss: short(100_000).optional(),
	pageTitle: short(200).optional(),
	stringMappings: short(20_000).optional(),
	logoutUrl: short(2000).optional(),
	portMyNumberUrl: short(2000).optional(),
});
export type AppSettings = z.infer<typeof appSettings>;

/** `Struct`: values by the customer's own names. */
const data = z
	.record(z.string().max(200), z.record(z.string(), z.unknown()))
	.refine(
		(value) => JSON.stringify(value).length <= limits.dataLength,
		`takes more than ${limits.dataLength} characters`,
	);

const customerMembers = {
	name: short(200).trim().min(1),
	accountId: guid.optional(),
	parentCustomerId: guid.optional(),
	referenceId: short(200).optional(),
	isStaging: z.boolean().optional(),
	customerState: short(64).optional(),
	data: data.optional(),
	tagIds: z.array(guid).max(limits.tagsOfCustomer).optional(),
	/** As answers have them, so that what was read can be put back. `tagIds` goes before. */
	tags: z
		.array(z.object({ id: guid }))
		.max(limits.tagsOfCustomer)
		.optional(),
	schedule: schedule.optional(),
	integrationData: z.record(z.string().max(200), z.object({ thirdPartyId: short(500).optional() })).optional(),
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
export const customerQuery = z.object({ tenantId, resolve: z.boolean().default(false) });
export const deleteQuery = z.object({ tenantId, cascade: z.boolean().default(false) });
/** Without a parent the customer becomes a root. */
export const moveBody = z.object({ parentCustomerId: guid.optional() });
export const stagingBody = z.object({ isStaging: z.boolean().default(false) });

const instant = z.iso.datetime({ offset: true }).meta({ format: "date-time" });
export const stateQuery = z.object({ tenantId, at: instant.optional() });
export const testScheduleBody = z.object({ at: instant.optional(), schedule: schedule.optional() });

/** The eleven colours that tags come in. */
const tagColors = [
	"Magenta",
	"Red",
	"Volcano",
	"Orange",
	"Gold",
	"Lime",
	"Green",
	"Cyan",
	"Blue",
	"GeekBlue",
	"Purple",
] as const;

export const tagBody = z.object({
	id: guid.optional(),
	name: short(100).trim().min(1),
	color: z.enum(tagColors).default("Blue"),
});
export const tagPatch = z.object({ name: tagBody.shape.name.optional(), color: z.enum(tagColors).optional() });
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
	tenantId,
	page: z.int().min(0).max(10_000).default(0),
	countPerPage: z.int().min(1).max(limits.page).default(limits.page),
});
export type PageQuery = z.infer<typeof pageQuery>;

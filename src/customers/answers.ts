import * as z from "zod";
import { responseStatus } from "../http/response-status.ts";
import { schedule } from "./schedule/schema.ts";
import { appSettings, billingSettings, integrationData, tagColor } from "./settings.ts";
import { struct } from "./struct.ts";

/** What the directory answers: the types of seed 002 in their order, each followed by what the seed leaves out. */

const natural = z.int().min(0);
const nullable = z.string().nullable();

const entityInfo = z
	.object({
		id: z.string().describe("The ID of the object"),
		dateCreated: z.string().describe("The date the object was created"),
		dateLastModified: z.string().describe("The date the object was last modified"),
		createdBy: z.string().describe("The user that created this object"),
		lastModifiedBy: z.string().describe("The user that last modified this object"),
	})
	.meta({ dto: "EntityInfo" });

export const tagInfo = z
	.object({ id: z.string(), name: z.string(), color: tagColor, customerCount: natural.optional() })
	.meta({ dto: "Tag" });
export type TagInfo = z.infer<typeof tagInfo>;

/** Whose a block in force is: a customer's, the account's, or (neither) nobody's, which is the default. */
const source = { sourceCustomerId: z.string().optional(), sourceAccountId: z.string().optional() };

const effective = z
	.object({
		billingSettings: z.object({ value: billingSettings, ...source }).meta({ dto: "EffectiveBillingSettings" }),
		appSettings: z.object({ value: appSettings, ...source }).meta({ dto: "EffectiveAppSettings" }),
		schedule: z.object({ value: schedule.optional(), ...source }).meta({ dto: "EffectiveSchedule" }),
	})
	.meta({ dto: "EffectiveSettings" });
export type Effective = z.infer<typeof effective>;

const breadcrumb = z.object({ id: z.string(), name: z.string() }).meta({ dto: "CustomerBreadcrumb" });

export const customerInfo = z
	.object({
		...entityInfo.shape,
		accountId: z.string().optional().describe("The ID of the account associated with this customer"),
		parentCustomerId: z.string().optional().describe("The parent customer ID for this customer"),
		breadcrumb: z.array(breadcrumb).optional().describe("The breadcrumb to this customer"),
		accountName: z.string().optional().describe("The name of the account associated with this customer"),
		isStaging: z.boolean().describe("Is this customer staging or production?"),
		name: z.string().describe("The name of the company"),
		referenceId: z.string().optional().describe("The reference ID for this company"),
		data: struct.optional().describe("This customer's data values"),
		tags: z.array(tagInfo).optional().describe("The list of tags for this customer"),
		schedule: schedule.optional().describe("This customer's schedule"),
		integrationData: integrationData.optional().describe("Integration data for this customer"),
		overrideBillingSettings: z
			.boolean()
			.describe("Override this customer's billing settings? Otherwise inherits from parent"),
		billingSettings: billingSettings.optional().describe("Billing settings for this customer"),
		overrideAppSettings: z.boolean().describe("Should this customer override the parent customer's app settings"),
		appSettings: appSettings.optional().describe("App / Portal settings for this customer"),
		customerState: z.string().optional().describe("The state that rules of the schedule ask for"),
		childCount: natural.describe("The number of customers directly below this one"),
		descendantCount: natural.describe("The number of customers anywhere below this one"),
		version: natural.describe("What If-Match asks for"),
		effective: effective.optional().describe("The settings in force, if they were asked for"),
	})
	.meta({ dto: "CustomerInfo", base: entityInfo });
type Described = z.infer<typeof customerInfo>;
/** Its lists are always there; they are optional only as the seed's are. */
export type CustomerInfo = Described & { [Name in "breadcrumb" | "tags"]: NonNullable<Described[Name]> };

export const accountInfo = z
	.object({
		...entityInfo.shape,
		name: z.string().describe("The name of this account"),
		parentAccountId: z.string().optional().describe("The ID of this account's parent"),
		twilioAccountSid: z.string().optional().describe("The twilio account SID"),
		ancestorIds: z.array(z.string()).optional().describe("The ancestors of this account. Useful for breadcrumbs"),
		maxPhoneNumbers: natural.describe("The max number of phone numbers this account can have"),
		isBYOA: z.boolean().describe("This account is BYOA"),
		trustHubProfileSid: z.string().optional().describe("TrustHub Profile Sid"),
		logoId: z.string().optional().describe("The ID of the logo file"),
		logoUri: z.string().optional().describe("The URI of the logo file"),
		billingSettings: billingSettings.optional().describe("The billing settings for this account"),
		customerCount: natural.describe("The number of customers of this account"),
		version: natural.describe("How often this account was changed"),
	})
	.meta({ dto: "AccountInfo", base: entityInfo });
export type AccountInfo = z.infer<typeof accountInfo>;

const listOf = <Item extends z.ZodType>(item: Item) =>
	z
		.object({
			items: z.array(item).optional().describe("The items"),
			totalCount: natural.describe("The total number of items"),
			totalPages: natural.describe("The total number of pages"),
			isTotalLowerBound: z
				.boolean()
				.optional()
				.describe("There are at least so many items and pages; more were not counted"),
			hasMorePages: z.boolean().describe("Are there more pages of items? Used with simplified paging"),
			cursor: z.string().optional().describe("Where the next page begins"),
		})
		.meta({ dto: "ListResponse", argument: item });

export const customerList = listOf(customerInfo);
export const accountList = listOf(accountInfo);
export const tagList = listOf(tagInfo);

export const customerState = z
	.object({
		state: z.string().describe("The state that the customer is in"),
		ruleId: nullable.describe("The rule that decided, if one did"),
		sourceCustomerId: nullable.describe("Whose schedule decided, if there is one"),
		nextChangeUtc: nullable.describe("When the state changes next, if it does within a year"),
	})
	.meta({ dto: "CustomerStateInfo" });

export const inheritedSchedule = z
	.object({
		schedule: schedule.optional().describe("The schedule in effect, if there is one"),
		sourceCustomerId: z.string().optional().describe("Whose schedule it is"),
	})
	.meta({ dto: "InheritedSchedule" });
export type InheritedSchedule = z.infer<typeof inheritedSchedule>;

const lineError = z
	.object({ errorCode: z.string(), fieldName: z.string().optional(), message: z.string() })
	.meta({ dto: "ImportLineError" });
const lineReport = z
	.object({ line: natural, id: z.string().optional(), error: lineError.optional() })
	.meta({ dto: "ImportLineReport" });

export const importReport = z
	.object({
		lines: z.array(lineReport).describe("Each line with the customer it became, or with what is wrong with it"),
		imported: natural,
		failed: natural,
		responseStatus: responseStatus.optional().describe("Why the import was broken off, if it was"),
	})
	.meta({ dto: "ImportReport" });

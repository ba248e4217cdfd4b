import * as z from "zod";
import { text } from "../rooms/frames.ts";

/** A text of at most `length` characters. */
export const short = (length: number) => text.max(length);

const billingItem = z
	.object({
		baseCost: z.number().default(0),
		rawUnitMultiplier: z.number().default(0),
		unitCost: z.number().default(0),
		allowance: z.int().default(0),
	})
	.meta({ dto: "BillingItem" });

export const billingSettings = z
	.object({
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
	})
	.meta({ dto: "BillingSettings" });
export type BillingSettings = z.infer<typeof billingSettings>;

export const appSettings = z
	.object({
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
	})
	.meta({ dto: "AppSettings" });
export type AppSettings = z.infer<typeof appSettings>;

export const integrationData = z
	.record(text.max(200), z.object({ thirdPartyId: short(500).optional() }).meta({ dto: "IntegrationData" }))
	.meta({ dto: "EntityIntegrationData" });

/** The eleven colours that tags come in. */
export const tagColor = z
	.enum(["Magenta", "Red", "Volcano", "Orange", "Gold", "Lime", "Green", "Cyan", "Blue", "GeekBlue", "Purple"])
	.meta({ dto: "TagColors" });
export type TagColor = z.infer<typeof tagColor>;

/** What a sensitivity tier asks of a link (section 5 of the contract), as data. */

export const tiers = ["Standard", "Sensitive", "Restricted"] as const;
export type Tier = (typeof tiers)[number];

const HOUR = 3600_000;
const MINUTE = 60_000;

export type TierRules = {
	/** The code before the first reveal; null: the link is enough. */
	otp: { digits: number; lifeMs: number; tries: number } | null;
	lifeHours: { default: number; max: number };
	/** The views of a link that names no number, and the most that one may name; null is no limit. */
	maxViews: number | null;
	/** How long a portal session lasts, in milliseconds. */
	sessionMs: number;
	/** Whether the link itself may go by text message. Codes may in every tier. */
	linkBySms: boolean;
	/** The code goes by another channel than the link where the recipient can be reached by one. */
	codeByOtherChannel: boolean;
};

export const tierRules: Record<Tier, TierRules> = {
	Standard: {
		otp: null,
		lifeHours: { default: 168, max: 90 * 24 },
		maxViews: null,
		sessionMs: 12 * HOUR,
		linkBySms: true,
		codeByOtherChannel: false,
	},
	Sensitive: {
		otp: { digits: 6, lifeMs: 10 * MINUTE, tries: 5 },
		lifeHours: { default: 72, max: 30 * 24 },
		maxViews: 10,
		sessionMs: 60 * MINUTE,
		linkBySms: true,
		codeByOtherChannel: false,
	},
	Restricted: {
		otp: { digits: 8, lifeMs: 5 * MINUTE, tries: 3 },
		lifeHours: { default: 24, max: 7 * 24 },
		maxViews: 1,
		sessionMs: 15 * MINUTE,
		linkBySms: false,
		codeByOtherChannel: true,
	},
};

/** Wrong codes on a link, over all its sessions, before it is locked. */
export const WRONG_CODES_TO_LOCK = 15;

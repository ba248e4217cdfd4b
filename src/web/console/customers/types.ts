export type Tag = { id: string; name: string; color: string };
type Step = { id: string; name: string };

/** A customer as the directory answers it; what the console shows of it. */
export type Customer = {
	id: string;
	name: string;
	referenceId?: string;
	parentCustomerId?: string;
	accountName?: string;
	isStaging: boolean;
	/** From the topmost that the reader may see to the customer itself. */
	breadcrumb: Step[];
	tags: Tag[];
	customerState?: string;
	data?: Record<string, unknown>;
	integrationData?: Record<string, { thirdPartyId?: string }>;
	schedule?: Schedule;
	childCount: number;
	descendantCount: number;
	version: number;
	dateCreated: string;
	dateLastModified: string;
	createdBy: string;
	lastModifiedBy: string;
	effective?: Effective;
};

/** What holds, and whose it is: a customer's, the account's, or (neither) nobody's, which is the default. */
export type Block<T> = { value?: T; sourceCustomerId?: string; sourceAccountId?: string };
export type BillingItem = { baseCost?: number; unitCost?: number; rawUnitMultiplier?: number; allowance?: number };

type Effective = {
	billingSettings: Block<Record<string, BillingItem>>;
	appSettings: Block<Record<string, string | boolean>>;
	schedule: Block<Schedule>;
};

export type Rule = {
	id?: string;
	name?: string;
	state?: string;
	priority?: number;
	simpleRuleType?: "Always" | "CustomerState" | "Time";
	customerState?: string;
	isAllDay?: boolean;
	startTime?: string;
	endTime?: string;
	frequency?: string;
};
export type Schedule = {
	timeZoneId?: string;
	inherit: boolean;
	forceClosed: boolean;
	defaultState?: string;
	rules?: Rule[];
};

export type CustomerState = {
	state: string;
	ruleId?: string | null;
	sourceCustomerId?: string | null;
	nextChangeUtc?: string | null;
};

/** A page of a list; the cursor is where the next one begins. */
export type Page<Item> = {
	items?: Item[];
	totalCount: number;
	/** There may be more than the total says. */
	isTotalLowerBound?: boolean;
	hasMorePages: boolean;
	cursor?: string;
};

/** What the directory takes, and no more. */
export const limits = {
	/** Levels of the tree. A path of 32 is 256 characters. */
	depth: 32,
	/** Customers moved or deleted at once. */
	subtree: 20_000,
	/** Rows of one page. */
	page: 200,
	/** Matches that are counted for a total that no counter knows: beyond them it is "at least". */
	counted: 1000,
	/** Rows that `all=true` answers. */
	all: 10_000,
	/** Rows before a page: beyond them is `cursor`, which does not read what it skips. */
	offset: 10_000,
	specificIds: 500,
	filterIds: 500,
	/** More than a customer can have: the answer is then empty, up to this many. */
	tagFilter: 5000,
	tagsOfCustomer: 50,
	/** Characters of the JSON of a customer's data, and of its integration data. */
	dataLength: 65_536,
	/** The same of its schedule: with all else at its longest, a row stays under the 2,000,000 bytes that D1 takes. */
	scheduleLength: 131_072,
	/** Tags, and accounts, of a tenant. */
	tags: 5000,
	accounts: 5000,
} as const;

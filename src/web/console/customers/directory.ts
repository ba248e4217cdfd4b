import { call, query } from "../core/api.ts";
import type { Customer, Page, Tag } from "./types.ts";

/** What is listed, beside the place in the tree. */
export type Filter = {
	name: string;
	tagIds: readonly string[];
	accountId: string;
	/** A field and a direction, as `DateCreated Descend`. */
	sort: string;
};

export const nothing: Filter = { name: "", tagIds: [], accountId: "", sort: "Name Ascend" };

export const sorts: Record<string, string> = {
	"Name Ascend": "Name, A to Z",
	"Name Descend": "Name, Z to A",
	"DateCreated Descend": "Newest first",
	"DateCreated Ascend": "Oldest first",
	"DateLastModified Descend": "Changed last",
	"ReferenceId Ascend": "Reference",
	"AccountName Ascend": "Account",
};

/** Customers of one branch, or of one list, that come at once. */
const PAGE = 50;

/** True when customers are found rather than walked to: the tree is in the order of names and has them all. */
export function isFiltering({ name, tagIds, accountId, sort }: Filter): boolean {
	return name.trim() !== "" || tagIds.length > 0 || accountId !== "" || sort !== nothing.sort;
}

/** The customers right below one, or (undefined) at the top, by name. */
export function childrenOf(parentId: string | undefined, cursor?: string): Promise<Page<Customer>> {
	const below = parentId === undefined ? { rootsOnly: true } : { parentCustomerIds: parentId, shallowParent: true };
	return call("GET", `/customers${query({ ...below, cursor, countPerPage: PAGE, simplifiedPaging: true })}`);
}

/** The customers that match, wherever they are. They are counted with the first page only. */
export function found({ name, tagIds, accountId, sort }: Filter, cursor?: string): Promise<Page<Customer>> {
	const [sortField, sortOrder] = sort.split(" ");
	const filter = { nameFilter: name.trim(), tagIds: tagIds.join(), accountIds: accountId, sortField, sortOrder };
	const paging = { cursor, countPerPage: PAGE, simplifiedPaging: cursor !== undefined };
	return call("GET", `/customers${query({ ...filter, ...paging })}`);
}

/** A customer with all that holds for it. */
export function customerWith(id: string): Promise<Customer> {
	return call("GET", `/customers/${encodeURIComponent(id)}?resolve=true`);
}

/** All tags of the tenant: at most 5,000. */
export function everyTag(): Promise<Tag[]> {
	return everyPage<Tag>("/tags");
}

/** All accounts of the tenant: at most 5,000. */
export function everyAccount(): Promise<{ id: string; name: string }[]> {
	return everyPage("/accounts");
}

async function everyPage<Item>(path: string): Promise<Item[]> {
	const all: Item[] = [];
	for (let page = 0; ; page += 1) {
		const { items = [], hasMorePages } = await call<Page<Item>>("GET", `${path}${query({ page, countPerPage: 200 })}`);
		all.push(...items);
		if (!hasMorePages) return all;
	}
}

/** A change that is only made to the version which the reader has seen; a 412 where there is another. */
export function change<Answer>(method: string, path: string, version: number, body?: unknown): Promise<Answer> {
	return call<Answer>(method, path, body, { "If-Match": `"${version}"` });
}
